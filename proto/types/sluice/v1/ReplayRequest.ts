// Original file: proto/sluice/v1/sessions.proto


export interface ReplayRequest {
  'sessionId'?: (string);
  'speed'?: (number | string);
  'maxSpeed'?: (boolean);
  'afterSeq'?: (number);
  'fromOffsetMs'?: (number | string);
}

export interface ReplayRequest__Output {
  'sessionId': (string);
  'speed': (number);
  'maxSpeed': (boolean);
  'afterSeq': (number);
  'fromOffsetMs': (number);
}
