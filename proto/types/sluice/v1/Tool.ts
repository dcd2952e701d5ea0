// Original file: proto/sluice/v1/completions.proto


export interface Tool {
  'name'?: (string);
  'description'?: (string);
  'parametersJson'?: (string);
  'strict'?: (boolean);
  '_strict'?: "strict";
}

export interface Tool__Output {
  'name': (string);
  'description': (string);
  'parametersJson': (string);
  'strict'?: (boolean);
  '_strict'?: "strict";
}
