// Original file: proto/sluice/v1/approvals.proto


export interface DecideRequest {
  'approvalId'?: (string);
  'verdict'?: (string);
  'reason'?: (string);
  'version'?: (number);
  'digest'?: (string);
}

export interface DecideRequest__Output {
  'approvalId': (string);
  'verdict': (string);
  'reason': (string);
  'version': (number);
  'digest': (string);
}
