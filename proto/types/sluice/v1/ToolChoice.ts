// Original file: proto/sluice/v1/completions.proto


export interface ToolChoice {
  'mode'?: (string);
  'name'?: (string);
}

export interface ToolChoice__Output {
  'mode': (string);
  'name': (string);
}
