import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { AttachRequest as _sluice_v1_AttachRequest, AttachRequest__Output as _sluice_v1_AttachRequest__Output } from './sluice/v1/AttachRequest.js';
import type { CancelRequest as _sluice_v1_CancelRequest, CancelRequest__Output as _sluice_v1_CancelRequest__Output } from './sluice/v1/CancelRequest.js';
import type { CancelResponse as _sluice_v1_CancelResponse, CancelResponse__Output as _sluice_v1_CancelResponse__Output } from './sluice/v1/CancelResponse.js';
import type { ChannelClosed as _sluice_v1_ChannelClosed, ChannelClosed__Output as _sluice_v1_ChannelClosed__Output } from './sluice/v1/ChannelClosed.js';
import type { ChannelOpened as _sluice_v1_ChannelOpened, ChannelOpened__Output as _sluice_v1_ChannelOpened__Output } from './sluice/v1/ChannelOpened.js';
import type { Chunk as _sluice_v1_Chunk, Chunk__Output as _sluice_v1_Chunk__Output } from './sluice/v1/Chunk.js';
import type { CompleteRequest as _sluice_v1_CompleteRequest, CompleteRequest__Output as _sluice_v1_CompleteRequest__Output } from './sluice/v1/CompleteRequest.js';
import type { CompletionsClient as _sluice_v1_CompletionsClient, CompletionsDefinition as _sluice_v1_CompletionsDefinition } from './sluice/v1/Completions.js';
import type { Decided as _sluice_v1_Decided, Decided__Output as _sluice_v1_Decided__Output } from './sluice/v1/Decided.js';
import type { Ended as _sluice_v1_Ended, Ended__Output as _sluice_v1_Ended__Output } from './sluice/v1/Ended.js';
import type { EntityCount as _sluice_v1_EntityCount, EntityCount__Output as _sluice_v1_EntityCount__Output } from './sluice/v1/EntityCount.js';
import type { Error as _sluice_v1_Error, Error__Output as _sluice_v1_Error__Output } from './sluice/v1/Error.js';
import type { Event as _sluice_v1_Event, Event__Output as _sluice_v1_Event__Output } from './sluice/v1/Event.js';
import type { EventBatch as _sluice_v1_EventBatch, EventBatch__Output as _sluice_v1_EventBatch__Output } from './sluice/v1/EventBatch.js';
import type { ExplainRequest as _sluice_v1_ExplainRequest, ExplainRequest__Output as _sluice_v1_ExplainRequest__Output } from './sluice/v1/ExplainRequest.js';
import type { ExplainResponse as _sluice_v1_ExplainResponse, ExplainResponse__Output as _sluice_v1_ExplainResponse__Output } from './sluice/v1/ExplainResponse.js';
import type { Finding as _sluice_v1_Finding, Finding__Output as _sluice_v1_Finding__Output } from './sluice/v1/Finding.js';
import type { Finish as _sluice_v1_Finish, Finish__Output as _sluice_v1_Finish__Output } from './sluice/v1/Finish.js';
import type { Image as _sluice_v1_Image, Image__Output as _sluice_v1_Image__Output } from './sluice/v1/Image.js';
import type { Label as _sluice_v1_Label, Label__Output as _sluice_v1_Label__Output } from './sluice/v1/Label.js';
import type { Message as _sluice_v1_Message, Message__Output as _sluice_v1_Message__Output } from './sluice/v1/Message.js';
import type { MessageStarted as _sluice_v1_MessageStarted, MessageStarted__Output as _sluice_v1_MessageStarted__Output } from './sluice/v1/MessageStarted.js';
import type { Opened as _sluice_v1_Opened, Opened__Output as _sluice_v1_Opened__Output } from './sluice/v1/Opened.js';
import type { Output as _sluice_v1_Output, Output__Output as _sluice_v1_Output__Output } from './sluice/v1/Output.js';
import type { OutputItem as _sluice_v1_OutputItem, OutputItem__Output as _sluice_v1_OutputItem__Output } from './sluice/v1/OutputItem.js';
import type { Part as _sluice_v1_Part, Part__Output as _sluice_v1_Part__Output } from './sluice/v1/Part.js';
import type { PoliciesClient as _sluice_v1_PoliciesClient, PoliciesDefinition as _sluice_v1_PoliciesDefinition } from './sluice/v1/Policies.js';
import type { Principal as _sluice_v1_Principal, Principal__Output as _sluice_v1_Principal__Output } from './sluice/v1/Principal.js';
import type { Reason as _sluice_v1_Reason, Reason__Output as _sluice_v1_Reason__Output } from './sluice/v1/Reason.js';
import type { Reasoning as _sluice_v1_Reasoning, Reasoning__Output as _sluice_v1_Reasoning__Output } from './sluice/v1/Reasoning.js';
import type { ResponseFormat as _sluice_v1_ResponseFormat, ResponseFormat__Output as _sluice_v1_ResponseFormat__Output } from './sluice/v1/ResponseFormat.js';
import type { ReviewDecided as _sluice_v1_ReviewDecided, ReviewDecided__Output as _sluice_v1_ReviewDecided__Output } from './sluice/v1/ReviewDecided.js';
import type { ReviewRequested as _sluice_v1_ReviewRequested, ReviewRequested__Output as _sluice_v1_ReviewRequested__Output } from './sluice/v1/ReviewRequested.js';
import type { Segment as _sluice_v1_Segment, Segment__Output as _sluice_v1_Segment__Output } from './sluice/v1/Segment.js';
import type { Tool as _sluice_v1_Tool, Tool__Output as _sluice_v1_Tool__Output } from './sluice/v1/Tool.js';
import type { ToolCall as _sluice_v1_ToolCall, ToolCall__Output as _sluice_v1_ToolCall__Output } from './sluice/v1/ToolCall.js';
import type { ToolChoice as _sluice_v1_ToolChoice, ToolChoice__Output as _sluice_v1_ToolChoice__Output } from './sluice/v1/ToolChoice.js';
import type { ToolResult as _sluice_v1_ToolResult, ToolResult__Output as _sluice_v1_ToolResult__Output } from './sluice/v1/ToolResult.js';
import type { TraceStep as _sluice_v1_TraceStep, TraceStep__Output as _sluice_v1_TraceStep__Output } from './sluice/v1/TraceStep.js';
import type { UpstreamOpened as _sluice_v1_UpstreamOpened, UpstreamOpened__Output as _sluice_v1_UpstreamOpened__Output } from './sluice/v1/UpstreamOpened.js';
import type { Usage as _sluice_v1_Usage, Usage__Output as _sluice_v1_Usage__Output } from './sluice/v1/Usage.js';
import type { Vote as _sluice_v1_Vote, Vote__Output as _sluice_v1_Vote__Output } from './sluice/v1/Vote.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  sluice: {
    v1: {
      AttachRequest: MessageTypeDefinition<_sluice_v1_AttachRequest, _sluice_v1_AttachRequest__Output>
      CancelRequest: MessageTypeDefinition<_sluice_v1_CancelRequest, _sluice_v1_CancelRequest__Output>
      CancelResponse: MessageTypeDefinition<_sluice_v1_CancelResponse, _sluice_v1_CancelResponse__Output>
      ChannelClosed: MessageTypeDefinition<_sluice_v1_ChannelClosed, _sluice_v1_ChannelClosed__Output>
      ChannelKind: EnumTypeDefinition
      ChannelOpened: MessageTypeDefinition<_sluice_v1_ChannelOpened, _sluice_v1_ChannelOpened__Output>
      Chunk: MessageTypeDefinition<_sluice_v1_Chunk, _sluice_v1_Chunk__Output>
      CompleteRequest: MessageTypeDefinition<_sluice_v1_CompleteRequest, _sluice_v1_CompleteRequest__Output>
      Completions: SubtypeConstructor<typeof grpc.Client, _sluice_v1_CompletionsClient> & { service: _sluice_v1_CompletionsDefinition }
      Decided: MessageTypeDefinition<_sluice_v1_Decided, _sluice_v1_Decided__Output>
      Ended: MessageTypeDefinition<_sluice_v1_Ended, _sluice_v1_Ended__Output>
      EntityCount: MessageTypeDefinition<_sluice_v1_EntityCount, _sluice_v1_EntityCount__Output>
      Error: MessageTypeDefinition<_sluice_v1_Error, _sluice_v1_Error__Output>
      Event: MessageTypeDefinition<_sluice_v1_Event, _sluice_v1_Event__Output>
      EventBatch: MessageTypeDefinition<_sluice_v1_EventBatch, _sluice_v1_EventBatch__Output>
      ExplainRequest: MessageTypeDefinition<_sluice_v1_ExplainRequest, _sluice_v1_ExplainRequest__Output>
      ExplainResponse: MessageTypeDefinition<_sluice_v1_ExplainResponse, _sluice_v1_ExplainResponse__Output>
      Finding: MessageTypeDefinition<_sluice_v1_Finding, _sluice_v1_Finding__Output>
      Finish: MessageTypeDefinition<_sluice_v1_Finish, _sluice_v1_Finish__Output>
      Image: MessageTypeDefinition<_sluice_v1_Image, _sluice_v1_Image__Output>
      Label: MessageTypeDefinition<_sluice_v1_Label, _sluice_v1_Label__Output>
      Message: MessageTypeDefinition<_sluice_v1_Message, _sluice_v1_Message__Output>
      MessageStarted: MessageTypeDefinition<_sluice_v1_MessageStarted, _sluice_v1_MessageStarted__Output>
      Opened: MessageTypeDefinition<_sluice_v1_Opened, _sluice_v1_Opened__Output>
      Output: MessageTypeDefinition<_sluice_v1_Output, _sluice_v1_Output__Output>
      OutputItem: MessageTypeDefinition<_sluice_v1_OutputItem, _sluice_v1_OutputItem__Output>
      Part: MessageTypeDefinition<_sluice_v1_Part, _sluice_v1_Part__Output>
      Policies: SubtypeConstructor<typeof grpc.Client, _sluice_v1_PoliciesClient> & { service: _sluice_v1_PoliciesDefinition }
      Principal: MessageTypeDefinition<_sluice_v1_Principal, _sluice_v1_Principal__Output>
      Reason: MessageTypeDefinition<_sluice_v1_Reason, _sluice_v1_Reason__Output>
      Reasoning: MessageTypeDefinition<_sluice_v1_Reasoning, _sluice_v1_Reasoning__Output>
      ResponseFormat: MessageTypeDefinition<_sluice_v1_ResponseFormat, _sluice_v1_ResponseFormat__Output>
      ReviewDecided: MessageTypeDefinition<_sluice_v1_ReviewDecided, _sluice_v1_ReviewDecided__Output>
      ReviewRequested: MessageTypeDefinition<_sluice_v1_ReviewRequested, _sluice_v1_ReviewRequested__Output>
      Segment: MessageTypeDefinition<_sluice_v1_Segment, _sluice_v1_Segment__Output>
      Tool: MessageTypeDefinition<_sluice_v1_Tool, _sluice_v1_Tool__Output>
      ToolCall: MessageTypeDefinition<_sluice_v1_ToolCall, _sluice_v1_ToolCall__Output>
      ToolChoice: MessageTypeDefinition<_sluice_v1_ToolChoice, _sluice_v1_ToolChoice__Output>
      ToolResult: MessageTypeDefinition<_sluice_v1_ToolResult, _sluice_v1_ToolResult__Output>
      TraceStep: MessageTypeDefinition<_sluice_v1_TraceStep, _sluice_v1_TraceStep__Output>
      UpstreamOpened: MessageTypeDefinition<_sluice_v1_UpstreamOpened, _sluice_v1_UpstreamOpened__Output>
      Usage: MessageTypeDefinition<_sluice_v1_Usage, _sluice_v1_Usage__Output>
      Vote: MessageTypeDefinition<_sluice_v1_Vote, _sluice_v1_Vote__Output>
    }
  }
}

