// Original file: proto/sluice/v1/events.proto


export interface Error {
  'code'?: (string);
  'message'?: (string);
  'policy'?: (string);
  'rule'?: (string);
  'field'?: (string);
  'approvalId'?: (string);
  'retryAfterMs'?: (number | string);
}

export interface Error__Output {
  'code': (string);
  'message': (string);
  'policy': (string);
  'rule': (string);
  'field': (string);
  'approvalId': (string);
  'retryAfterMs': (number);
}
