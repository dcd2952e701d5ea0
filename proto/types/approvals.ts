import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { Approval as _sluice_v1_Approval, Approval__Output as _sluice_v1_Approval__Output } from './sluice/v1/Approval.js';
import type { ApprovalsClient as _sluice_v1_ApprovalsClient, ApprovalsDefinition as _sluice_v1_ApprovalsDefinition } from './sluice/v1/Approvals.js';
import type { ChannelClosed as _sluice_v1_ChannelClosed, ChannelClosed__Output as _sluice_v1_ChannelClosed__Output } from './sluice/v1/ChannelClosed.js';
import type { ChannelOpened as _sluice_v1_ChannelOpened, ChannelOpened__Output as _sluice_v1_ChannelOpened__Output } from './sluice/v1/ChannelOpened.js';
import type { Chunk as _sluice_v1_Chunk, Chunk__Output as _sluice_v1_Chunk__Output } from './sluice/v1/Chunk.js';
import type { DecideRequest as _sluice_v1_DecideRequest, DecideRequest__Output as _sluice_v1_DecideRequest__Output } from './sluice/v1/DecideRequest.js';
import type { DecideResponse as _sluice_v1_DecideResponse, DecideResponse__Output as _sluice_v1_DecideResponse__Output } from './sluice/v1/DecideResponse.js';
import type { Decided as _sluice_v1_Decided, Decided__Output as _sluice_v1_Decided__Output } from './sluice/v1/Decided.js';
import type { Ended as _sluice_v1_Ended, Ended__Output as _sluice_v1_Ended__Output } from './sluice/v1/Ended.js';
import type { EntityCount as _sluice_v1_EntityCount, EntityCount__Output as _sluice_v1_EntityCount__Output } from './sluice/v1/EntityCount.js';
import type { Error as _sluice_v1_Error, Error__Output as _sluice_v1_Error__Output } from './sluice/v1/Error.js';
import type { Event as _sluice_v1_Event, Event__Output as _sluice_v1_Event__Output } from './sluice/v1/Event.js';
import type { EventBatch as _sluice_v1_EventBatch, EventBatch__Output as _sluice_v1_EventBatch__Output } from './sluice/v1/EventBatch.js';
import type { Finding as _sluice_v1_Finding, Finding__Output as _sluice_v1_Finding__Output } from './sluice/v1/Finding.js';
import type { Finish as _sluice_v1_Finish, Finish__Output as _sluice_v1_Finish__Output } from './sluice/v1/Finish.js';
import type { GetApprovalRequest as _sluice_v1_GetApprovalRequest, GetApprovalRequest__Output as _sluice_v1_GetApprovalRequest__Output } from './sluice/v1/GetApprovalRequest.js';
import type { GetApprovalResponse as _sluice_v1_GetApprovalResponse, GetApprovalResponse__Output as _sluice_v1_GetApprovalResponse__Output } from './sluice/v1/GetApprovalResponse.js';
import type { Label as _sluice_v1_Label, Label__Output as _sluice_v1_Label__Output } from './sluice/v1/Label.js';
import type { ListApprovalsRequest as _sluice_v1_ListApprovalsRequest, ListApprovalsRequest__Output as _sluice_v1_ListApprovalsRequest__Output } from './sluice/v1/ListApprovalsRequest.js';
import type { ListApprovalsResponse as _sluice_v1_ListApprovalsResponse, ListApprovalsResponse__Output as _sluice_v1_ListApprovalsResponse__Output } from './sluice/v1/ListApprovalsResponse.js';
import type { MessageStarted as _sluice_v1_MessageStarted, MessageStarted__Output as _sluice_v1_MessageStarted__Output } from './sluice/v1/MessageStarted.js';
import type { Opened as _sluice_v1_Opened, Opened__Output as _sluice_v1_Opened__Output } from './sluice/v1/Opened.js';
import type { Output as _sluice_v1_Output, Output__Output as _sluice_v1_Output__Output } from './sluice/v1/Output.js';
import type { OutputItem as _sluice_v1_OutputItem, OutputItem__Output as _sluice_v1_OutputItem__Output } from './sluice/v1/OutputItem.js';
import type { Principal as _sluice_v1_Principal, Principal__Output as _sluice_v1_Principal__Output } from './sluice/v1/Principal.js';
import type { PromptMatch as _sluice_v1_PromptMatch, PromptMatch__Output as _sluice_v1_PromptMatch__Output } from './sluice/v1/PromptMatch.js';
import type { PromptText as _sluice_v1_PromptText, PromptText__Output as _sluice_v1_PromptText__Output } from './sluice/v1/PromptText.js';
import type { Reason as _sluice_v1_Reason, Reason__Output as _sluice_v1_Reason__Output } from './sluice/v1/Reason.js';
import type { ReviewDecided as _sluice_v1_ReviewDecided, ReviewDecided__Output as _sluice_v1_ReviewDecided__Output } from './sluice/v1/ReviewDecided.js';
import type { ReviewRequested as _sluice_v1_ReviewRequested, ReviewRequested__Output as _sluice_v1_ReviewRequested__Output } from './sluice/v1/ReviewRequested.js';
import type { Segment as _sluice_v1_Segment, Segment__Output as _sluice_v1_Segment__Output } from './sluice/v1/Segment.js';
import type { UpstreamOpened as _sluice_v1_UpstreamOpened, UpstreamOpened__Output as _sluice_v1_UpstreamOpened__Output } from './sluice/v1/UpstreamOpened.js';
import type { Usage as _sluice_v1_Usage, Usage__Output as _sluice_v1_Usage__Output } from './sluice/v1/Usage.js';
import type { Vote as _sluice_v1_Vote, Vote__Output as _sluice_v1_Vote__Output } from './sluice/v1/Vote.js';
import type { WatchApprovalsRequest as _sluice_v1_WatchApprovalsRequest, WatchApprovalsRequest__Output as _sluice_v1_WatchApprovalsRequest__Output } from './sluice/v1/WatchApprovalsRequest.js';
import type { WatchApprovalsResponse as _sluice_v1_WatchApprovalsResponse, WatchApprovalsResponse__Output as _sluice_v1_WatchApprovalsResponse__Output } from './sluice/v1/WatchApprovalsResponse.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  sluice: {
    v1: {
      Approval: MessageTypeDefinition<_sluice_v1_Approval, _sluice_v1_Approval__Output>
      Approvals: SubtypeConstructor<typeof grpc.Client, _sluice_v1_ApprovalsClient> & { service: _sluice_v1_ApprovalsDefinition }
      ChannelClosed: MessageTypeDefinition<_sluice_v1_ChannelClosed, _sluice_v1_ChannelClosed__Output>
      ChannelKind: EnumTypeDefinition
      ChannelOpened: MessageTypeDefinition<_sluice_v1_ChannelOpened, _sluice_v1_ChannelOpened__Output>
      Chunk: MessageTypeDefinition<_sluice_v1_Chunk, _sluice_v1_Chunk__Output>
      DecideRequest: MessageTypeDefinition<_sluice_v1_DecideRequest, _sluice_v1_DecideRequest__Output>
      DecideResponse: MessageTypeDefinition<_sluice_v1_DecideResponse, _sluice_v1_DecideResponse__Output>
      Decided: MessageTypeDefinition<_sluice_v1_Decided, _sluice_v1_Decided__Output>
      Ended: MessageTypeDefinition<_sluice_v1_Ended, _sluice_v1_Ended__Output>
      EntityCount: MessageTypeDefinition<_sluice_v1_EntityCount, _sluice_v1_EntityCount__Output>
      Error: MessageTypeDefinition<_sluice_v1_Error, _sluice_v1_Error__Output>
      Event: MessageTypeDefinition<_sluice_v1_Event, _sluice_v1_Event__Output>
      EventBatch: MessageTypeDefinition<_sluice_v1_EventBatch, _sluice_v1_EventBatch__Output>
      Finding: MessageTypeDefinition<_sluice_v1_Finding, _sluice_v1_Finding__Output>
      Finish: MessageTypeDefinition<_sluice_v1_Finish, _sluice_v1_Finish__Output>
      GetApprovalRequest: MessageTypeDefinition<_sluice_v1_GetApprovalRequest, _sluice_v1_GetApprovalRequest__Output>
      GetApprovalResponse: MessageTypeDefinition<_sluice_v1_GetApprovalResponse, _sluice_v1_GetApprovalResponse__Output>
      Label: MessageTypeDefinition<_sluice_v1_Label, _sluice_v1_Label__Output>
      ListApprovalsRequest: MessageTypeDefinition<_sluice_v1_ListApprovalsRequest, _sluice_v1_ListApprovalsRequest__Output>
      ListApprovalsResponse: MessageTypeDefinition<_sluice_v1_ListApprovalsResponse, _sluice_v1_ListApprovalsResponse__Output>
      MessageStarted: MessageTypeDefinition<_sluice_v1_MessageStarted, _sluice_v1_MessageStarted__Output>
      Opened: MessageTypeDefinition<_sluice_v1_Opened, _sluice_v1_Opened__Output>
      Output: MessageTypeDefinition<_sluice_v1_Output, _sluice_v1_Output__Output>
      OutputItem: MessageTypeDefinition<_sluice_v1_OutputItem, _sluice_v1_OutputItem__Output>
      Principal: MessageTypeDefinition<_sluice_v1_Principal, _sluice_v1_Principal__Output>
      PromptMatch: MessageTypeDefinition<_sluice_v1_PromptMatch, _sluice_v1_PromptMatch__Output>
      PromptText: MessageTypeDefinition<_sluice_v1_PromptText, _sluice_v1_PromptText__Output>
      Reason: MessageTypeDefinition<_sluice_v1_Reason, _sluice_v1_Reason__Output>
      ReviewDecided: MessageTypeDefinition<_sluice_v1_ReviewDecided, _sluice_v1_ReviewDecided__Output>
      ReviewRequested: MessageTypeDefinition<_sluice_v1_ReviewRequested, _sluice_v1_ReviewRequested__Output>
      Segment: MessageTypeDefinition<_sluice_v1_Segment, _sluice_v1_Segment__Output>
      UpstreamOpened: MessageTypeDefinition<_sluice_v1_UpstreamOpened, _sluice_v1_UpstreamOpened__Output>
      Usage: MessageTypeDefinition<_sluice_v1_Usage, _sluice_v1_Usage__Output>
      Vote: MessageTypeDefinition<_sluice_v1_Vote, _sluice_v1_Vote__Output>
      WatchApprovalsRequest: MessageTypeDefinition<_sluice_v1_WatchApprovalsRequest, _sluice_v1_WatchApprovalsRequest__Output>
      WatchApprovalsResponse: MessageTypeDefinition<_sluice_v1_WatchApprovalsResponse, _sluice_v1_WatchApprovalsResponse__Output>
    }
  }
}

