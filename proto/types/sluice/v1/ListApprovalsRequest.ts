// Original file: proto/sluice/v1/approvals.proto


export interface ListApprovalsRequest {
  'state'?: (string);
  'after'?: (string);
  'limit'?: (number);
}

export interface ListApprovalsRequest__Output {
  'state': (string);
  'after': (string);
  'limit': (number);
}
