// Original file: proto/sluice/v1/sessions.proto


export interface ReadRequest {
  'sessionId'?: (string);
  'afterSeq'?: (number);
  'limit'?: (number);
}

export interface ReadRequest__Output {
  'sessionId': (string);
  'afterSeq': (number);
  'limit': (number);
}
