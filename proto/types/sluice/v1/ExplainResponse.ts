// Original file: proto/sluice/v1/policies.proto

import type { TraceStep as _sluice_v1_TraceStep, TraceStep__Output as _sluice_v1_TraceStep__Output } from '../../sluice/v1/TraceStep.js';
import type { Reason as _sluice_v1_Reason, Reason__Output as _sluice_v1_Reason__Output } from '../../sluice/v1/Reason.js';

export interface ExplainResponse {
  'effect'?: (string);
  'trace'?: (_sluice_v1_TraceStep)[];
  'reasons'?: (_sluice_v1_Reason)[];
  'obligationsJson'?: (string);
  'policyVersion'?: (string);
}

export interface ExplainResponse__Output {
  'effect': (string);
  'trace': (_sluice_v1_TraceStep__Output)[];
  'reasons': (_sluice_v1_Reason__Output)[];
  'obligationsJson': (string);
  'policyVersion': (string);
}
