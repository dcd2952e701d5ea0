// Original file: proto/sluice/v1/sessions.proto


export interface OutlineRequest {
  'sessionId'?: (string);
}

export interface OutlineRequest__Output {
  'sessionId': (string);
}
