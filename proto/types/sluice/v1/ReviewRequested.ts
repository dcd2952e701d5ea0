// Original file: proto/sluice/v1/events.proto


export interface ReviewRequested {
  'approvalId'?: (string);
  'policy'?: (string);
  'rule'?: (string);
  'reviewers'?: (string)[];
  'approvalsNeeded'?: (number);
  'expiresAt'?: (string);
}

export interface ReviewRequested__Output {
  'approvalId': (string);
  'policy': (string);
  'rule': (string);
  'reviewers': (string)[];
  'approvalsNeeded': (number);
  'expiresAt': (string);
}
