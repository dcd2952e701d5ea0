// Original file: proto/sluice/v1/events.proto

import type { Finding as _sluice_v1_Finding, Finding__Output as _sluice_v1_Finding__Output } from '../../sluice/v1/Finding.js';

export interface Chunk {
  'channel'?: (number);
  'text'?: (string);
  'findings'?: (_sluice_v1_Finding)[];
  'logprobsJson'?: (string);
}

export interface Chunk__Output {
  'channel': (number);
  'text': (string);
  'findings': (_sluice_v1_Finding__Output)[];
  'logprobsJson': (string);
}
