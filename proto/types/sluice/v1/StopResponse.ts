// Original file: proto/sluice/v1/sessions.proto


export interface StopResponse {
  'wasRunning'?: (boolean);
}

export interface StopResponse__Output {
  'wasRunning': (boolean);
}
