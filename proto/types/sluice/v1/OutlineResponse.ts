// Original file: proto/sluice/v1/sessions.proto

import type { OutlineEvent as _sluice_v1_OutlineEvent, OutlineEvent__Output as _sluice_v1_OutlineEvent__Output } from '../../sluice/v1/OutlineEvent.js';

export interface OutlineResponse {
  'events'?: (_sluice_v1_OutlineEvent)[];
  'density'?: (number)[];
  'bucketMs'?: (number | string);
  'durationMs'?: (number | string);
}

export interface OutlineResponse__Output {
  'events': (_sluice_v1_OutlineEvent__Output)[];
  'density': (number)[];
  'bucketMs': (number);
  'durationMs': (number);
}
