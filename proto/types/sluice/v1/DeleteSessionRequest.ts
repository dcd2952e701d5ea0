// Original file: proto/sluice/v1/sessions.proto


export interface DeleteSessionRequest {
  'sessionId'?: (string);
}

export interface DeleteSessionRequest__Output {
  'sessionId': (string);
}
