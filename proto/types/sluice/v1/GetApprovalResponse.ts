// Original file: proto/sluice/v1/approvals.proto

import type { Approval as _sluice_v1_Approval, Approval__Output as _sluice_v1_Approval__Output } from '../../sluice/v1/Approval.js';
import type { PromptText as _sluice_v1_PromptText, PromptText__Output as _sluice_v1_PromptText__Output } from '../../sluice/v1/PromptText.js';

export interface GetApprovalResponse {
  'approval'?: (_sluice_v1_Approval | null);
  'prompt'?: (_sluice_v1_PromptText)[];
  'mayDecide'?: (boolean);
  'whyNot'?: (string);
}

export interface GetApprovalResponse__Output {
  'approval': (_sluice_v1_Approval__Output | null);
  'prompt': (_sluice_v1_PromptText__Output)[];
  'mayDecide': (boolean);
  'whyNot': (string);
}
