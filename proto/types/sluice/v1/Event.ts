// Original file: proto/sluice/v1/events.proto

import type { Opened as _sluice_v1_Opened, Opened__Output as _sluice_v1_Opened__Output } from '../../sluice/v1/Opened.js';
import type { Decided as _sluice_v1_Decided, Decided__Output as _sluice_v1_Decided__Output } from '../../sluice/v1/Decided.js';
import type { ReviewRequested as _sluice_v1_ReviewRequested, ReviewRequested__Output as _sluice_v1_ReviewRequested__Output } from '../../sluice/v1/ReviewRequested.js';
import type { ReviewDecided as _sluice_v1_ReviewDecided, ReviewDecided__Output as _sluice_v1_ReviewDecided__Output } from '../../sluice/v1/ReviewDecided.js';
import type { UpstreamOpened as _sluice_v1_UpstreamOpened, UpstreamOpened__Output as _sluice_v1_UpstreamOpened__Output } from '../../sluice/v1/UpstreamOpened.js';
import type { Chunk as _sluice_v1_Chunk, Chunk__Output as _sluice_v1_Chunk__Output } from '../../sluice/v1/Chunk.js';
import type { Output as _sluice_v1_Output, Output__Output as _sluice_v1_Output__Output } from '../../sluice/v1/Output.js';
import type { Segment as _sluice_v1_Segment, Segment__Output as _sluice_v1_Segment__Output } from '../../sluice/v1/Segment.js';
import type { Ended as _sluice_v1_Ended, Ended__Output as _sluice_v1_Ended__Output } from '../../sluice/v1/Ended.js';

export interface Event {
  'seq'?: (number);
  'offsetMs'?: (number | string);
  'opened'?: (_sluice_v1_Opened | null);
  'decided'?: (_sluice_v1_Decided | null);
  'reviewRequested'?: (_sluice_v1_ReviewRequested | null);
  'reviewDecided'?: (_sluice_v1_ReviewDecided | null);
  'upstreamOpened'?: (_sluice_v1_UpstreamOpened | null);
  'chunk'?: (_sluice_v1_Chunk | null);
  'output'?: (_sluice_v1_Output | null);
  'segment'?: (_sluice_v1_Segment | null);
  'ended'?: (_sluice_v1_Ended | null);
  'payload'?: "opened"|"decided"|"reviewRequested"|"reviewDecided"|"upstreamOpened"|"chunk"|"output"|"segment"|"ended";
}

export interface Event__Output {
  'seq': (number);
  'offsetMs': (number);
  'opened'?: (_sluice_v1_Opened__Output | null);
  'decided'?: (_sluice_v1_Decided__Output | null);
  'reviewRequested'?: (_sluice_v1_ReviewRequested__Output | null);
  'reviewDecided'?: (_sluice_v1_ReviewDecided__Output | null);
  'upstreamOpened'?: (_sluice_v1_UpstreamOpened__Output | null);
  'chunk'?: (_sluice_v1_Chunk__Output | null);
  'output'?: (_sluice_v1_Output__Output | null);
  'segment'?: (_sluice_v1_Segment__Output | null);
  'ended'?: (_sluice_v1_Ended__Output | null);
  'payload'?: "opened"|"decided"|"reviewRequested"|"reviewDecided"|"upstreamOpened"|"chunk"|"output"|"segment"|"ended";
}
