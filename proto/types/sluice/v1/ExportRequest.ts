// Original file: proto/sluice/v1/sessions.proto


export interface ExportRequest {
  'sessionId'?: (string);
  'format'?: (string);
}

export interface ExportRequest__Output {
  'sessionId': (string);
  'format': (string);
}
