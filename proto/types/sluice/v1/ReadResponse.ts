// Original file: proto/sluice/v1/sessions.proto

import type { Event as _sluice_v1_Event, Event__Output as _sluice_v1_Event__Output } from '../../sluice/v1/Event.js';

export interface ReadResponse {
  'events'?: (_sluice_v1_Event)[];
  'nextAfterSeq'?: (number);
}

export interface ReadResponse__Output {
  'events': (_sluice_v1_Event__Output)[];
  'nextAfterSeq': (number);
}
