// Original file: proto/sluice/v1/events.proto


export interface Finish {
  'choice'?: (number);
  'reason'?: (string);
  'native'?: (string);
}

export interface Finish__Output {
  'choice': (number);
  'reason': (string);
  'native': (string);
}
