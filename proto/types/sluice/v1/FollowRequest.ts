// Original file: proto/sluice/v1/sessions.proto


export interface FollowRequest {
  'sessionId'?: (string);
  'afterSeq'?: (number);
}

export interface FollowRequest__Output {
  'sessionId': (string);
  'afterSeq': (number);
}
