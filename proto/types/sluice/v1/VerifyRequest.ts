// Original file: proto/sluice/v1/sessions.proto


export interface VerifyRequest {
  'sessionId'?: (string);
  'anchors'?: (string);
}

export interface VerifyRequest__Output {
  'sessionId': (string);
  'anchors': (string);
}
