// Original file: proto/sluice/v1/events.proto


export interface UpstreamOpened {
  'connection'?: (string);
  'model'?: (string);
  'approvalId'?: (string);
}

export interface UpstreamOpened__Output {
  'connection': (string);
  'model': (string);
  'approvalId': (string);
}
