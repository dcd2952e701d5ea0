// Original file: proto/sluice/v1/events.proto

import type { Reason as _sluice_v1_Reason, Reason__Output as _sluice_v1_Reason__Output } from '../../sluice/v1/Reason.js';

export interface Decided {
  'effect'?: (string);
  'reasons'?: (_sluice_v1_Reason)[];
  'policyVersion'?: (string);
  'atRelease'?: (boolean);
}

export interface Decided__Output {
  'effect': (string);
  'reasons': (_sluice_v1_Reason__Output)[];
  'policyVersion': (string);
  'atRelease': (boolean);
}
