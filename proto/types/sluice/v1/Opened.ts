// Original file: proto/sluice/v1/events.proto

import type { Principal as _sluice_v1_Principal, Principal__Output as _sluice_v1_Principal__Output } from '../../sluice/v1/Principal.js';
import type { Label as _sluice_v1_Label, Label__Output as _sluice_v1_Label__Output } from '../../sluice/v1/Label.js';

export interface Opened {
  'sessionId'?: (string);
  'openedAt'?: (string);
  'principal'?: (_sluice_v1_Principal | null);
  'connection'?: (string);
  'model'?: (string);
  'dialect'?: (string);
  'frontEnd'?: (string);
  'requestDigest'?: (string);
  'labels'?: (_sluice_v1_Label)[];
}

export interface Opened__Output {
  'sessionId': (string);
  'openedAt': (string);
  'principal': (_sluice_v1_Principal__Output | null);
  'connection': (string);
  'model': (string);
  'dialect': (string);
  'frontEnd': (string);
  'requestDigest': (string);
  'labels': (_sluice_v1_Label__Output)[];
}
