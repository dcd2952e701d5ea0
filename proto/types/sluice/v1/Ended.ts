// Original file: proto/sluice/v1/events.proto

import type { Error as _sluice_v1_Error, Error__Output as _sluice_v1_Error__Output } from '../../sluice/v1/Error.js';
import type { EntityCount as _sluice_v1_EntityCount, EntityCount__Output as _sluice_v1_EntityCount__Output } from '../../sluice/v1/EntityCount.js';

export interface Ended {
  'outcome'?: (string);
  'error'?: (_sluice_v1_Error | null);
  'stoppedBy'?: (string);
  'reason'?: (string);
  'chunks'?: (number);
  'characters'?: (number | string);
  'findings'?: (_sluice_v1_EntityCount)[];
}

export interface Ended__Output {
  'outcome': (string);
  'error': (_sluice_v1_Error__Output | null);
  'stoppedBy': (string);
  'reason': (string);
  'chunks': (number);
  'characters': (number);
  'findings': (_sluice_v1_EntityCount__Output)[];
}
