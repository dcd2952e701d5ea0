// Original file: proto/sluice/v1/events.proto


export interface ChannelClosed {
  'channel'?: (number);
}

export interface ChannelClosed__Output {
  'channel': (number);
}
