// Original file: proto/sluice/v1/events.proto


export interface Principal {
  'issuer'?: (string);
  'subject'?: (string);
  'groups'?: (string)[];
  'team'?: (string);
  'tenant'?: (string);
}

export interface Principal__Output {
  'issuer': (string);
  'subject': (string);
  'groups': (string)[];
  'team': (string);
  'tenant': (string);
}
