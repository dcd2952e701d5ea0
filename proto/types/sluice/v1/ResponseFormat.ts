// Original file: proto/sluice/v1/completions.proto


export interface ResponseFormat {
  'type'?: (string);
  'name'?: (string);
  'schemaJson'?: (string);
  'strict'?: (boolean);
  '_strict'?: "strict";
}

export interface ResponseFormat__Output {
  'type': (string);
  'name': (string);
  'schemaJson': (string);
  'strict'?: (boolean);
  '_strict'?: "strict";
}
