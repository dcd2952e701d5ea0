// Original file: proto/sluice/v1/policies.proto


export interface TraceStep {
  'policy'?: (string);
  'rule'?: (string);
  'applied'?: (boolean);
  'effect'?: (string);
  'why'?: (string);
}

export interface TraceStep__Output {
  'policy': (string);
  'rule': (string);
  'applied': (boolean);
  'effect': (string);
  'why': (string);
}
