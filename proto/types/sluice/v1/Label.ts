// Original file: proto/sluice/v1/events.proto


export interface Label {
  'key'?: (string);
  'value'?: (string);
}

export interface Label__Output {
  'key': (string);
  'value': (string);
}
