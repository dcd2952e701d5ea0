// Original file: proto/sluice/v1/completions.proto


export interface CancelResponse {
  'wasRunning'?: (boolean);
}

export interface CancelResponse__Output {
  'wasRunning': (boolean);
}
