// Original file: proto/sluice/v1/approvals.proto

import type { Approval as _sluice_v1_Approval, Approval__Output as _sluice_v1_Approval__Output } from '../../sluice/v1/Approval.js';

export interface ListApprovalsResponse {
  'items'?: (_sluice_v1_Approval)[];
  'next'?: (string);
}

export interface ListApprovalsResponse__Output {
  'items': (_sluice_v1_Approval__Output)[];
  'next': (string);
}
