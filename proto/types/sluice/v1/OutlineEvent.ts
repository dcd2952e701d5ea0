// Original file: proto/sluice/v1/sessions.proto


export interface OutlineEvent {
  'seq'?: (number);
  'offsetMs'?: (number | string);
  'type'?: (string);
  'detail'?: (string);
}

export interface OutlineEvent__Output {
  'seq': (number);
  'offsetMs': (number);
  'type': (string);
  'detail': (string);
}
