// Original file: proto/sluice/v1/completions.proto

import type { Part as _sluice_v1_Part, Part__Output as _sluice_v1_Part__Output } from '../../sluice/v1/Part.js';

export interface Message {
  'role'?: (string);
  'parts'?: (_sluice_v1_Part)[];
}

export interface Message__Output {
  'role': (string);
  'parts': (_sluice_v1_Part__Output)[];
}
