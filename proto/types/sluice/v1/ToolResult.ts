// Original file: proto/sluice/v1/completions.proto


export interface ToolResult {
  'toolCallId'?: (string);
  'text'?: (string);
  'isError'?: (boolean);
}

export interface ToolResult__Output {
  'toolCallId': (string);
  'text': (string);
  'isError': (boolean);
}
