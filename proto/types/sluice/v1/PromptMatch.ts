// Original file: proto/sluice/v1/approvals.proto


export interface PromptMatch {
  'start'?: (number);
  'end'?: (number);
}

export interface PromptMatch__Output {
  'start': (number);
  'end': (number);
}
