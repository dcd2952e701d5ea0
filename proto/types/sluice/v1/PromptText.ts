// Original file: proto/sluice/v1/approvals.proto

import type { PromptMatch as _sluice_v1_PromptMatch, PromptMatch__Output as _sluice_v1_PromptMatch__Output } from '../../sluice/v1/PromptMatch.js';

export interface PromptText {
  'role'?: (string);
  'text'?: (string);
  'matches'?: (_sluice_v1_PromptMatch)[];
}

export interface PromptText__Output {
  'role': (string);
  'text': (string);
  'matches': (_sluice_v1_PromptMatch__Output)[];
}
