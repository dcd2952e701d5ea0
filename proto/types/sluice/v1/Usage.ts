// Original file: proto/sluice/v1/events.proto


export interface Usage {
  'promptTokens'?: (number);
  'completionTokens'?: (number);
  'totalTokens'?: (number);
  'reasoningTokens'?: (number);
  'cachedTokens'?: (number);
  '_promptTokens'?: "promptTokens";
  '_completionTokens'?: "completionTokens";
  '_totalTokens'?: "totalTokens";
  '_reasoningTokens'?: "reasoningTokens";
  '_cachedTokens'?: "cachedTokens";
}

export interface Usage__Output {
  'promptTokens'?: (number);
  'completionTokens'?: (number);
  'totalTokens'?: (number);
  'reasoningTokens'?: (number);
  'cachedTokens'?: (number);
  '_promptTokens'?: "promptTokens";
  '_completionTokens'?: "completionTokens";
  '_totalTokens'?: "totalTokens";
  '_reasoningTokens'?: "reasoningTokens";
  '_cachedTokens'?: "cachedTokens";
}
