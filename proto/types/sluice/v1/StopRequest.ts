// Original file: proto/sluice/v1/sessions.proto


export interface StopRequest {
  'sessionId'?: (string);
  'reason'?: (string);
}

export interface StopRequest__Output {
  'sessionId': (string);
  'reason': (string);
}
