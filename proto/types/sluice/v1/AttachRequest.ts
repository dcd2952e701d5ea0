// Original file: proto/sluice/v1/completions.proto


export interface AttachRequest {
  'sessionId'?: (string);
  'afterSeq'?: (number);
}

export interface AttachRequest__Output {
  'sessionId': (string);
  'afterSeq': (number);
}
