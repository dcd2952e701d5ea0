// Original file: proto/sluice/v1/sessions.proto

import type { Principal as _sluice_v1_Principal, Principal__Output as _sluice_v1_Principal__Output } from '../../sluice/v1/Principal.js';
import type { EntityCount as _sluice_v1_EntityCount, EntityCount__Output as _sluice_v1_EntityCount__Output } from '../../sluice/v1/EntityCount.js';

export interface SessionSummary {
  'sessionId'?: (string);
  'openedAt'?: (string);
  'principal'?: (_sluice_v1_Principal | null);
  'connection'?: (string);
  'model'?: (string);
  'dialect'?: (string);
  'decision'?: (string);
  'outcome'?: (string);
  'lastSeq'?: (number);
  'chunks'?: (number);
  'findings'?: (_sluice_v1_EntityCount)[];
  'durationMs'?: (number | string);
}

export interface SessionSummary__Output {
  'sessionId': (string);
  'openedAt': (string);
  'principal': (_sluice_v1_Principal__Output | null);
  'connection': (string);
  'model': (string);
  'dialect': (string);
  'decision': (string);
  'outcome': (string);
  'lastSeq': (number);
  'chunks': (number);
  'findings': (_sluice_v1_EntityCount__Output)[];
  'durationMs': (number);
}
