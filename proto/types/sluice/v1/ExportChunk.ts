// Original file: proto/sluice/v1/sessions.proto


export interface ExportChunk {
  'text'?: (string);
}

export interface ExportChunk__Output {
  'text': (string);
}
