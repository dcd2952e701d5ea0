// Original file: proto/sluice/v1/events.proto


export interface Vote {
  'issuer'?: (string);
  'subject'?: (string);
  'verdict'?: (string);
  'reason'?: (string);
  'at'?: (string);
}

export interface Vote__Output {
  'issuer': (string);
  'subject': (string);
  'verdict': (string);
  'reason': (string);
  'at': (string);
}
