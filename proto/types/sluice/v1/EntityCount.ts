// Original file: proto/sluice/v1/events.proto


export interface EntityCount {
  'entity'?: (string);
  'count'?: (number);
}

export interface EntityCount__Output {
  'entity': (string);
  'count': (number);
}
