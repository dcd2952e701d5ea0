// Original file: proto/sluice/v1/events.proto


export interface Finding {
  'entity'?: (string);
  'detector'?: (string);
  'start'?: (number);
  'end'?: (number);
  'action'?: (string);
}

export interface Finding__Output {
  'entity': (string);
  'detector': (string);
  'start': (number);
  'end': (number);
  'action': (string);
}
