// Original file: proto/sluice/v1/events.proto


export interface Segment {
  'cause'?: (string);
  'at'?: (string);
}

export interface Segment__Output {
  'cause': (string);
  'at': (string);
}
