// Original file: proto/sluice/v1/completions.proto


export interface Reasoning {
  'text'?: (string);
  'signature'?: (string);
}

export interface Reasoning__Output {
  'text': (string);
  'signature': (string);
}
