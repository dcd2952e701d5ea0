// Original file: proto/sluice/v1/events.proto

import type { Event as _sluice_v1_Event, Event__Output as _sluice_v1_Event__Output } from '../../sluice/v1/Event.js';

export interface EventBatch {
  'events'?: (_sluice_v1_Event)[];
}

export interface EventBatch__Output {
  'events': (_sluice_v1_Event__Output)[];
}
