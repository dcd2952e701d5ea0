// Original file: proto/sluice/v1/sessions.proto

import type { SessionSummary as _sluice_v1_SessionSummary, SessionSummary__Output as _sluice_v1_SessionSummary__Output } from '../../sluice/v1/SessionSummary.js';

export interface ListSessionsResponse {
  'items'?: (_sluice_v1_SessionSummary)[];
  'next'?: (string);
}

export interface ListSessionsResponse__Output {
  'items': (_sluice_v1_SessionSummary__Output)[];
  'next': (string);
}
