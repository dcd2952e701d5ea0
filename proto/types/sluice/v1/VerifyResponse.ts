// Original file: proto/sluice/v1/sessions.proto

import type { VerifyProblem as _sluice_v1_VerifyProblem, VerifyProblem__Output as _sluice_v1_VerifyProblem__Output } from '../../sluice/v1/VerifyProblem.js';

export interface VerifyResponse {
  'intact'?: (boolean);
  'problems'?: (_sluice_v1_VerifyProblem)[];
  'records'?: (number | string);
  'sessions'?: (number | string);
  'unknown'?: (string)[];
}

export interface VerifyResponse__Output {
  'intact': (boolean);
  'problems': (_sluice_v1_VerifyProblem__Output)[];
  'records': (number);
  'sessions': (number);
  'unknown': (string)[];
}
