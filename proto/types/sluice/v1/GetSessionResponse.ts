// Original file: proto/sluice/v1/sessions.proto

import type { SessionSummary as _sluice_v1_SessionSummary, SessionSummary__Output as _sluice_v1_SessionSummary__Output } from '../../sluice/v1/SessionSummary.js';

export interface GetSessionResponse {
  'session'?: (_sluice_v1_SessionSummary | null);
  'headHash'?: (string);
  'requestJson'?: (string);
}

export interface GetSessionResponse__Output {
  'session': (_sluice_v1_SessionSummary__Output | null);
  'headHash': (string);
  'requestJson': (string);
}
