// Original file: proto/sluice/v1/completions.proto


export interface Image {
  'mediaType'?: (string);
  'data'?: (string);
}

export interface Image__Output {
  'mediaType': (string);
  'data': (string);
}
