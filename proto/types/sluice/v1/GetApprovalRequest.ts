// Original file: proto/sluice/v1/approvals.proto


export interface GetApprovalRequest {
  'approvalId'?: (string);
}

export interface GetApprovalRequest__Output {
  'approvalId': (string);
}
