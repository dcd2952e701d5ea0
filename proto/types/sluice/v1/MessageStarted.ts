// Original file: proto/sluice/v1/events.proto


export interface MessageStarted {
  'choice'?: (number);
  'role'?: (string);
  'responseId'?: (string);
  'model'?: (string);
}

export interface MessageStarted__Output {
  'choice': (number);
  'role': (string);
  'responseId': (string);
  'model': (string);
}
