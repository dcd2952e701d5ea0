// Original file: proto/sluice/v1/completions.proto


export interface CancelRequest {
  'sessionId'?: (string);
}

export interface CancelRequest__Output {
  'sessionId': (string);
}
