// Original file: proto/sluice/v1/events.proto

import type { ChannelKind as _sluice_v1_ChannelKind, ChannelKind__Output as _sluice_v1_ChannelKind__Output } from '../../sluice/v1/ChannelKind.js';

export interface ChannelOpened {
  'channel'?: (number);
  'kind'?: (_sluice_v1_ChannelKind);
  'choice'?: (number);
  'index'?: (number);
  'toolCallId'?: (string);
  'toolName'?: (string);
}

export interface ChannelOpened__Output {
  'channel': (number);
  'kind': (_sluice_v1_ChannelKind__Output);
  'choice': (number);
  'index': (number);
  'toolCallId': (string);
  'toolName': (string);
}
