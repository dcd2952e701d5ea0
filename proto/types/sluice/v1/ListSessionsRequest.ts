// Original file: proto/sluice/v1/sessions.proto


export interface ListSessionsRequest {
  'subject'?: (string);
  'team'?: (string);
  'connection'?: (string);
  'decision'?: (string);
  'entity'?: (string);
  'outcome'?: (string);
  'from'?: (string);
  'to'?: (string);
  'after'?: (string);
  'limit'?: (number);
}

export interface ListSessionsRequest__Output {
  'subject': (string);
  'team': (string);
  'connection': (string);
  'decision': (string);
  'entity': (string);
  'outcome': (string);
  'from': (string);
  'to': (string);
  'after': (string);
  'limit': (number);
}
