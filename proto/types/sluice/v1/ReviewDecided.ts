// Original file: proto/sluice/v1/events.proto

import type { Vote as _sluice_v1_Vote, Vote__Output as _sluice_v1_Vote__Output } from '../../sluice/v1/Vote.js';

export interface ReviewDecided {
  'approvalId'?: (string);
  'outcome'?: (string);
  'votes'?: (_sluice_v1_Vote)[];
}

export interface ReviewDecided__Output {
  'approvalId': (string);
  'outcome': (string);
  'votes': (_sluice_v1_Vote__Output)[];
}
