// Original file: proto/sluice/v1/sessions.proto


export interface VerifyProblem {
  'kind'?: (string);
  'sessionId'?: (string);
  'seq'?: (number);
  'detail'?: (string);
}

export interface VerifyProblem__Output {
  'kind': (string);
  'sessionId': (string);
  'seq': (number);
  'detail': (string);
}
