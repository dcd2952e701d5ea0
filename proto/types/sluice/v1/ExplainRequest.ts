// Original file: proto/sluice/v1/policies.proto

import type { CompleteRequest as _sluice_v1_CompleteRequest, CompleteRequest__Output as _sluice_v1_CompleteRequest__Output } from '../../sluice/v1/CompleteRequest.js';
import type { Principal as _sluice_v1_Principal, Principal__Output as _sluice_v1_Principal__Output } from '../../sluice/v1/Principal.js';

export interface ExplainRequest {
  'model'?: (string);
  'connection'?: (string);
  'request'?: (_sluice_v1_CompleteRequest | null);
  'as'?: (_sluice_v1_Principal | null);
}

export interface ExplainRequest__Output {
  'model': (string);
  'connection': (string);
  'request': (_sluice_v1_CompleteRequest__Output | null);
  'as': (_sluice_v1_Principal__Output | null);
}
