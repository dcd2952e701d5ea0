// Original file: proto/sluice/v1/events.proto


export interface Reason {
  'policy'?: (string);
  'rule'?: (string);
  'effect'?: (string);
  'message'?: (string);
}

export interface Reason__Output {
  'policy': (string);
  'rule': (string);
  'effect': (string);
  'message': (string);
}
