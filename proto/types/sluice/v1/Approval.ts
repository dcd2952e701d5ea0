// Original file: proto/sluice/v1/approvals.proto

import type { Principal as _sluice_v1_Principal, Principal__Output as _sluice_v1_Principal__Output } from '../../sluice/v1/Principal.js';
import type { Vote as _sluice_v1_Vote, Vote__Output as _sluice_v1_Vote__Output } from '../../sluice/v1/Vote.js';

export interface Approval {
  'approvalId'?: (string);
  'sessionId'?: (string);
  'state'?: (string);
  'requester'?: (_sluice_v1_Principal | null);
  'policy'?: (string);
  'rule'?: (string);
  'policyVersion'?: (string);
  'connection'?: (string);
  'model'?: (string);
  'reviewers'?: (string)[];
  'approvalsNeeded'?: (number);
  'votes'?: (_sluice_v1_Vote)[];
  'createdAt'?: (string);
  'expiresAt'?: (string);
  'version'?: (number);
  'digest'?: (string);
}

export interface Approval__Output {
  'approvalId': (string);
  'sessionId': (string);
  'state': (string);
  'requester': (_sluice_v1_Principal__Output | null);
  'policy': (string);
  'rule': (string);
  'policyVersion': (string);
  'connection': (string);
  'model': (string);
  'reviewers': (string)[];
  'approvalsNeeded': (number);
  'votes': (_sluice_v1_Vote__Output)[];
  'createdAt': (string);
  'expiresAt': (string);
  'version': (number);
  'digest': (string);
}
