import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { ChannelClosed as _sluice_v1_ChannelClosed, ChannelClosed__Output as _sluice_v1_ChannelClosed__Output } from './sluice/v1/ChannelClosed.js';
import type { ChannelOpened as _sluice_v1_ChannelOpened, ChannelOpened__Output as _sluice_v1_ChannelOpened__Output } from './sluice/v1/ChannelOpened.js';
import type { Chunk as _sluice_v1_Chunk, Chunk__Output as _sluice_v1_Chunk__Output } from './sluice/v1/Chunk.js';
import type { Decided as _sluice_v1_Decided, Decided__Output as _sluice_v1_Decided__Output } from './sluice/v1/Decided.js';
import type { DeleteSessionRequest as _sluice_v1_DeleteSessionRequest, DeleteSessionRequest__Output as _sluice_v1_DeleteSessionRequest__Output } from './sluice/v1/DeleteSessionRequest.js';
import type { DeleteSessionResponse as _sluice_v1_DeleteSessionResponse, DeleteSessionResponse__Output as _sluice_v1_DeleteSessionResponse__Output } from './sluice/v1/DeleteSessionResponse.js';
import type { Ended as _sluice_v1_Ended, Ended__Output as _sluice_v1_Ended__Output } from './sluice/v1/Ended.js';
import type { EntityCount as _sluice_v1_EntityCount, EntityCount__Output as _sluice_v1_EntityCount__Output } from './sluice/v1/EntityCount.js';
import type { Error as _sluice_v1_Error, Error__Output as _sluice_v1_Error__Output } from './sluice/v1/Error.js';
import type { Event as _sluice_v1_Event, Event__Output as _sluice_v1_Event__Output } from './sluice/v1/Event.js';
import type { EventBatch as _sluice_v1_EventBatch, EventBatch__Output as _sluice_v1_EventBatch__Output } from './sluice/v1/EventBatch.js';
import type { ExportChunk as _sluice_v1_ExportChunk, ExportChunk__Output as _sluice_v1_ExportChunk__Output } from './sluice/v1/ExportChunk.js';
import type { ExportRequest as _sluice_v1_ExportRequest, ExportRequest__Output as _sluice_v1_ExportRequest__Output } from './sluice/v1/ExportRequest.js';
import type { Finding as _sluice_v1_Finding, Finding__Output as _sluice_v1_Finding__Output } from './sluice/v1/Finding.js';
import type { Finish as _sluice_v1_Finish, Finish__Output as _sluice_v1_Finish__Output } from './sluice/v1/Finish.js';
import type { FollowRequest as _sluice_v1_FollowRequest, FollowRequest__Output as _sluice_v1_FollowRequest__Output } from './sluice/v1/FollowRequest.js';
import type { GetSessionRequest as _sluice_v1_GetSessionRequest, GetSessionRequest__Output as _sluice_v1_GetSessionRequest__Output } from './sluice/v1/GetSessionRequest.js';
import type { GetSessionResponse as _sluice_v1_GetSessionResponse, GetSessionResponse__Output as _sluice_v1_GetSessionResponse__Output } from './sluice/v1/GetSessionResponse.js';
import type { Label as _sluice_v1_Label, Label__Output as _sluice_v1_Label__Output } from './sluice/v1/Label.js';
import type { ListSessionsRequest as _sluice_v1_ListSessionsRequest, ListSessionsRequest__Output as _sluice_v1_ListSessionsRequest__Output } from './sluice/v1/ListSessionsRequest.js';
import type { ListSessionsResponse as _sluice_v1_ListSessionsResponse, ListSessionsResponse__Output as _sluice_v1_ListSessionsResponse__Output } from './sluice/v1/ListSessionsResponse.js';
import type { MessageStarted as _sluice_v1_MessageStarted, MessageStarted__Output as _sluice_v1_MessageStarted__Output } from './sluice/v1/MessageStarted.js';
import type { Opened as _sluice_v1_Opened, Opened__Output as _sluice_v1_Opened__Output } from './sluice/v1/Opened.js';
import type { OutlineEvent as _sluice_v1_OutlineEvent, OutlineEvent__Output as _sluice_v1_OutlineEvent__Output } from './sluice/v1/OutlineEvent.js';
import type { OutlineRequest as _sluice_v1_OutlineRequest, OutlineRequest__Output as _sluice_v1_OutlineRequest__Output } from './sluice/v1/OutlineRequest.js';
import type { OutlineResponse as _sluice_v1_OutlineResponse, OutlineResponse__Output as _sluice_v1_OutlineResponse__Output } from './sluice/v1/OutlineResponse.js';
import type { Output as _sluice_v1_Output, Output__Output as _sluice_v1_Output__Output } from './sluice/v1/Output.js';
import type { OutputItem as _sluice_v1_OutputItem, OutputItem__Output as _sluice_v1_OutputItem__Output } from './sluice/v1/OutputItem.js';
import type { Principal as _sluice_v1_Principal, Principal__Output as _sluice_v1_Principal__Output } from './sluice/v1/Principal.js';
import type { ReadRequest as _sluice_v1_ReadRequest, ReadRequest__Output as _sluice_v1_ReadRequest__Output } from './sluice/v1/ReadRequest.js';
import type { ReadResponse as _sluice_v1_ReadResponse, ReadResponse__Output as _sluice_v1_ReadResponse__Output } from './sluice/v1/ReadResponse.js';
import type { Reason as _sluice_v1_Reason, Reason__Output as _sluice_v1_Reason__Output } from './sluice/v1/Reason.js';
import type { ReplayRequest as _sluice_v1_ReplayRequest, ReplayRequest__Output as _sluice_v1_ReplayRequest__Output } from './sluice/v1/ReplayRequest.js';
import type { ReviewDecided as _sluice_v1_ReviewDecided, ReviewDecided__Output as _sluice_v1_ReviewDecided__Output } from './sluice/v1/ReviewDecided.js';
import type { ReviewRequested as _sluice_v1_ReviewRequested, ReviewRequested__Output as _sluice_v1_ReviewRequested__Output } from './sluice/v1/ReviewRequested.js';
import type { Segment as _sluice_v1_Segment, Segment__Output as _sluice_v1_Segment__Output } from './sluice/v1/Segment.js';
import type { SessionSummary as _sluice_v1_SessionSummary, SessionSummary__Output as _sluice_v1_SessionSummary__Output } from './sluice/v1/SessionSummary.js';
import type { SessionsClient as _sluice_v1_SessionsClient, SessionsDefinition as _sluice_v1_SessionsDefinition } from './sluice/v1/Sessions.js';
import type { StopRequest as _sluice_v1_StopRequest, StopRequest__Output as _sluice_v1_StopRequest__Output } from './sluice/v1/StopRequest.js';
import type { StopResponse as _sluice_v1_StopResponse, StopResponse__Output as _sluice_v1_StopResponse__Output } from './sluice/v1/StopResponse.js';
import type { UpstreamOpened as _sluice_v1_UpstreamOpened, UpstreamOpened__Output as _sluice_v1_UpstreamOpened__Output } from './sluice/v1/UpstreamOpened.js';
import type { Usage as _sluice_v1_Usage, Usage__Output as _sluice_v1_Usage__Output } from './sluice/v1/Usage.js';
import type { VerifyProblem as _sluice_v1_VerifyProblem, VerifyProblem__Output as _sluice_v1_VerifyProblem__Output } from './sluice/v1/VerifyProblem.js';
import type { VerifyRequest as _sluice_v1_VerifyRequest, VerifyRequest__Output as _sluice_v1_VerifyRequest__Output } from './sluice/v1/VerifyRequest.js';
import type { VerifyResponse as _sluice_v1_VerifyResponse, VerifyResponse__Output as _sluice_v1_VerifyResponse__Output } from './sluice/v1/VerifyResponse.js';
import type { Vote as _sluice_v1_Vote, Vote__Output as _sluice_v1_Vote__Output } from './sluice/v1/Vote.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  sluice: {
    v1: {
      ChannelClosed: MessageTypeDefinition<_sluice_v1_ChannelClosed, _sluice_v1_ChannelClosed__Output>
      ChannelKind: EnumTypeDefinition
      ChannelOpened: MessageTypeDefinition<_sluice_v1_ChannelOpened, _sluice_v1_ChannelOpened__Output>
      Chunk: MessageTypeDefinition<_sluice_v1_Chunk, _sluice_v1_Chunk__Output>
      Decided: MessageTypeDefinition<_sluice_v1_Decided, _sluice_v1_Decided__Output>
      DeleteSessionRequest: MessageTypeDefinition<_sluice_v1_DeleteSessionRequest, _sluice_v1_DeleteSessionRequest__Output>
      DeleteSessionResponse: MessageTypeDefinition<_sluice_v1_DeleteSessionResponse, _sluice_v1_DeleteSessionResponse__Output>
      Ended: MessageTypeDefinition<_sluice_v1_Ended, _sluice_v1_Ended__Output>
      EntityCount: MessageTypeDefinition<_sluice_v1_EntityCount, _sluice_v1_EntityCount__Output>
      Error: MessageTypeDefinition<_sluice_v1_Error, _sluice_v1_Error__Output>
      Event: MessageTypeDefinition<_sluice_v1_Event, _sluice_v1_Event__Output>
      EventBatch: MessageTypeDefinition<_sluice_v1_EventBatch, _sluice_v1_EventBatch__Output>
      ExportChunk: MessageTypeDefinition<_sluice_v1_ExportChunk, _sluice_v1_ExportChunk__Output>
      ExportRequest: MessageTypeDefinition<_sluice_v1_ExportRequest, _sluice_v1_ExportRequest__Output>
      Finding: MessageTypeDefinition<_sluice_v1_Finding, _sluice_v1_Finding__Output>
      Finish: MessageTypeDefinition<_sluice_v1_Finish, _sluice_v1_Finish__Output>
      FollowRequest: MessageTypeDefinition<_sluice_v1_FollowRequest, _sluice_v1_FollowRequest__Output>
      GetSessionRequest: MessageTypeDefinition<_sluice_v1_GetSessionRequest, _sluice_v1_GetSessionRequest__Output>
      GetSessionResponse: MessageTypeDefinition<_sluice_v1_GetSessionResponse, _sluice_v1_GetSessionResponse__Output>
      Label: MessageTypeDefinition<_sluice_v1_Label, _sluice_v1_Label__Output>
      ListSessionsRequest: MessageTypeDefinition<_sluice_v1_ListSessionsRequest, _sluice_v1_ListSessionsRequest__Output>
      ListSessionsResponse: MessageTypeDefinition<_sluice_v1_ListSessionsResponse, _sluice_v1_ListSessionsResponse__Output>
      MessageStarted: MessageTypeDefinition<_sluice_v1_MessageStarted, _sluice_v1_MessageStarted__Output>
      Opened: MessageTypeDefinition<_sluice_v1_Opened, _sluice_v1_Opened__Output>
      OutlineEvent: MessageTypeDefinition<_sluice_v1_OutlineEvent, _sluice_v1_OutlineEvent__Output>
      OutlineRequest: MessageTypeDefinition<_sluice_v1_OutlineRequest, _sluice_v1_OutlineRequest__Output>
      OutlineResponse: MessageTypeDefinition<_sluice_v1_OutlineResponse, _sluice_v1_OutlineResponse__Output>
      Output: MessageTypeDefinition<_sluice_v1_Output, _sluice_v1_Output__Output>
      OutputItem: MessageTypeDefinition<_sluice_v1_OutputItem, _sluice_v1_OutputItem__Output>
      Principal: MessageTypeDefinition<_sluice_v1_Principal, _sluice_v1_Principal__Output>
      ReadRequest: MessageTypeDefinition<_sluice_v1_ReadRequest, _sluice_v1_ReadRequest__Output>
      ReadResponse: MessageTypeDefinition<_sluice_v1_ReadResponse, _sluice_v1_ReadResponse__Output>
      Reason: MessageTypeDefinition<_sluice_v1_Reason, _sluice_v1_Reason__Output>
      ReplayRequest: MessageTypeDefinition<_sluice_v1_ReplayRequest, _sluice_v1_ReplayRequest__Output>
      ReviewDecided: MessageTypeDefinition<_sluice_v1_ReviewDecided, _sluice_v1_ReviewDecided__Output>
      ReviewRequested: MessageTypeDefinition<_sluice_v1_ReviewRequested, _sluice_v1_ReviewRequested__Output>
      Segment: MessageTypeDefinition<_sluice_v1_Segment, _sluice_v1_Segment__Output>
      SessionSummary: MessageTypeDefinition<_sluice_v1_SessionSummary, _sluice_v1_SessionSummary__Output>
      Sessions: SubtypeConstructor<typeof grpc.Client, _sluice_v1_SessionsClient> & { service: _sluice_v1_SessionsDefinition }
      StopRequest: MessageTypeDefinition<_sluice_v1_StopRequest, _sluice_v1_StopRequest__Output>
      StopResponse: MessageTypeDefinition<_sluice_v1_StopResponse, _sluice_v1_StopResponse__Output>
      UpstreamOpened: MessageTypeDefinition<_sluice_v1_UpstreamOpened, _sluice_v1_UpstreamOpened__Output>
      Usage: MessageTypeDefinition<_sluice_v1_Usage, _sluice_v1_Usage__Output>
      VerifyProblem: MessageTypeDefinition<_sluice_v1_VerifyProblem, _sluice_v1_VerifyProblem__Output>
      VerifyRequest: MessageTypeDefinition<_sluice_v1_VerifyRequest, _sluice_v1_VerifyRequest__Output>
      VerifyResponse: MessageTypeDefinition<_sluice_v1_VerifyResponse, _sluice_v1_VerifyResponse__Output>
      Vote: MessageTypeDefinition<_sluice_v1_Vote, _sluice_v1_Vote__Output>
    }
  }
}

