// Original file: proto/sluice/v1/events.proto

import type { OutputItem as _sluice_v1_OutputItem, OutputItem__Output as _sluice_v1_OutputItem__Output } from '../../sluice/v1/OutputItem.js';

export interface Output {
  'items'?: (_sluice_v1_OutputItem)[];
}

export interface Output__Output {
  'items': (_sluice_v1_OutputItem__Output)[];
}
