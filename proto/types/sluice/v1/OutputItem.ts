// Original file: proto/sluice/v1/events.proto

import type { MessageStarted as _sluice_v1_MessageStarted, MessageStarted__Output as _sluice_v1_MessageStarted__Output } from '../../sluice/v1/MessageStarted.js';
import type { ChannelOpened as _sluice_v1_ChannelOpened, ChannelOpened__Output as _sluice_v1_ChannelOpened__Output } from '../../sluice/v1/ChannelOpened.js';
import type { ChannelClosed as _sluice_v1_ChannelClosed, ChannelClosed__Output as _sluice_v1_ChannelClosed__Output } from '../../sluice/v1/ChannelClosed.js';
import type { Finish as _sluice_v1_Finish, Finish__Output as _sluice_v1_Finish__Output } from '../../sluice/v1/Finish.js';
import type { Usage as _sluice_v1_Usage, Usage__Output as _sluice_v1_Usage__Output } from '../../sluice/v1/Usage.js';

export interface OutputItem {
  'message'?: (_sluice_v1_MessageStarted | null);
  'channel'?: (_sluice_v1_ChannelOpened | null);
  'channelClosed'?: (_sluice_v1_ChannelClosed | null);
  'finish'?: (_sluice_v1_Finish | null);
  'usage'?: (_sluice_v1_Usage | null);
  'item'?: "message"|"channel"|"channelClosed"|"finish"|"usage";
}

export interface OutputItem__Output {
  'message'?: (_sluice_v1_MessageStarted__Output | null);
  'channel'?: (_sluice_v1_ChannelOpened__Output | null);
  'channelClosed'?: (_sluice_v1_ChannelClosed__Output | null);
  'finish'?: (_sluice_v1_Finish__Output | null);
  'usage'?: (_sluice_v1_Usage__Output | null);
  'item'?: "message"|"channel"|"channelClosed"|"finish"|"usage";
}
