// Original file: proto/sluice/v1/approvals.proto

import type { Approval as _sluice_v1_Approval, Approval__Output as _sluice_v1_Approval__Output } from '../../sluice/v1/Approval.js';

export interface DecideResponse {
  'approval'?: (_sluice_v1_Approval | null);
}

export interface DecideResponse__Output {
  'approval': (_sluice_v1_Approval__Output | null);
}
