// Original file: proto/sluice/v1/sessions.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { DeleteSessionRequest as _sluice_v1_DeleteSessionRequest, DeleteSessionRequest__Output as _sluice_v1_DeleteSessionRequest__Output } from '../../sluice/v1/DeleteSessionRequest.js';
import type { DeleteSessionResponse as _sluice_v1_DeleteSessionResponse, DeleteSessionResponse__Output as _sluice_v1_DeleteSessionResponse__Output } from '../../sluice/v1/DeleteSessionResponse.js';
import type { EventBatch as _sluice_v1_EventBatch, EventBatch__Output as _sluice_v1_EventBatch__Output } from '../../sluice/v1/EventBatch.js';
import type { ExportChunk as _sluice_v1_ExportChunk, ExportChunk__Output as _sluice_v1_ExportChunk__Output } from '../../sluice/v1/ExportChunk.js';
import type { ExportRequest as _sluice_v1_ExportRequest, ExportRequest__Output as _sluice_v1_ExportRequest__Output } from '../../sluice/v1/ExportRequest.js';
import type { FollowRequest as _sluice_v1_FollowRequest, FollowRequest__Output as _sluice_v1_FollowRequest__Output } from '../../sluice/v1/FollowRequest.js';
import type { GetSessionRequest as _sluice_v1_GetSessionRequest, GetSessionRequest__Output as _sluice_v1_GetSessionRequest__Output } from '../../sluice/v1/GetSessionRequest.js';
import type { GetSessionResponse as _sluice_v1_GetSessionResponse, GetSessionResponse__Output as _sluice_v1_GetSessionResponse__Output } from '../../sluice/v1/GetSessionResponse.js';
import type { ListSessionsRequest as _sluice_v1_ListSessionsRequest, ListSessionsRequest__Output as _sluice_v1_ListSessionsRequest__Output } from '../../sluice/v1/ListSessionsRequest.js';
import type { ListSessionsResponse as _sluice_v1_ListSessionsResponse, ListSessionsResponse__Output as _sluice_v1_ListSessionsResponse__Output } from '../../sluice/v1/ListSessionsResponse.js';
import type { OutlineRequest as _sluice_v1_OutlineRequest, OutlineRequest__Output as _sluice_v1_OutlineRequest__Output } from '../../sluice/v1/OutlineRequest.js';
import type { OutlineResponse as _sluice_v1_OutlineResponse, OutlineResponse__Output as _sluice_v1_OutlineResponse__Output } from '../../sluice/v1/OutlineResponse.js';
import type { ReadRequest as _sluice_v1_ReadRequest, ReadRequest__Output as _sluice_v1_ReadRequest__Output } from '../../sluice/v1/ReadRequest.js';
import type { ReadResponse as _sluice_v1_ReadResponse, ReadResponse__Output as _sluice_v1_ReadResponse__Output } from '../../sluice/v1/ReadResponse.js';
import type { ReplayRequest as _sluice_v1_ReplayRequest, ReplayRequest__Output as _sluice_v1_ReplayRequest__Output } from '../../sluice/v1/ReplayRequest.js';
import type { StopRequest as _sluice_v1_StopRequest, StopRequest__Output as _sluice_v1_StopRequest__Output } from '../../sluice/v1/StopRequest.js';
import type { StopResponse as _sluice_v1_StopResponse, StopResponse__Output as _sluice_v1_StopResponse__Output } from '../../sluice/v1/StopResponse.js';
import type { VerifyRequest as _sluice_v1_VerifyRequest, VerifyRequest__Output as _sluice_v1_VerifyRequest__Output } from '../../sluice/v1/VerifyRequest.js';
import type { VerifyResponse as _sluice_v1_VerifyResponse, VerifyResponse__Output as _sluice_v1_VerifyResponse__Output } from '../../sluice/v1/VerifyResponse.js';

export interface SessionsClient extends grpc.Client {
  Delete(argument: _sluice_v1_DeleteSessionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_DeleteSessionResponse__Output>): grpc.ClientUnaryCall;
  Delete(argument: _sluice_v1_DeleteSessionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_sluice_v1_DeleteSessionResponse__Output>): grpc.ClientUnaryCall;
  Delete(argument: _sluice_v1_DeleteSessionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_DeleteSessionResponse__Output>): grpc.ClientUnaryCall;
  Delete(argument: _sluice_v1_DeleteSessionRequest, callback: grpc.requestCallback<_sluice_v1_DeleteSessionResponse__Output>): grpc.ClientUnaryCall;
  delete(argument: _sluice_v1_DeleteSessionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_DeleteSessionResponse__Output>): grpc.ClientUnaryCall;
  delete(argument: _sluice_v1_DeleteSessionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_sluice_v1_DeleteSessionResponse__Output>): grpc.ClientUnaryCall;
  delete(argument: _sluice_v1_DeleteSessionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_DeleteSessionResponse__Output>): grpc.ClientUnaryCall;
  delete(argument: _sluice_v1_DeleteSessionRequest, callback: grpc.requestCallback<_sluice_v1_DeleteSessionResponse__Output>): grpc.ClientUnaryCall;
  
  Export(argument: _sluice_v1_ExportRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_sluice_v1_ExportChunk__Output>;
  Export(argument: _sluice_v1_ExportRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_sluice_v1_ExportChunk__Output>;
  export(argument: _sluice_v1_ExportRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_sluice_v1_ExportChunk__Output>;
  export(argument: _sluice_v1_ExportRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_sluice_v1_ExportChunk__Output>;
  
  Follow(argument: _sluice_v1_FollowRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_sluice_v1_EventBatch__Output>;
  Follow(argument: _sluice_v1_FollowRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_sluice_v1_EventBatch__Output>;
  follow(argument: _sluice_v1_FollowRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_sluice_v1_EventBatch__Output>;
  follow(argument: _sluice_v1_FollowRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_sluice_v1_EventBatch__Output>;
  
  Get(argument: _sluice_v1_GetSessionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_GetSessionResponse__Output>): grpc.ClientUnaryCall;
  Get(argument: _sluice_v1_GetSessionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_sluice_v1_GetSessionResponse__Output>): grpc.ClientUnaryCall;
  Get(argument: _sluice_v1_GetSessionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_GetSessionResponse__Output>): grpc.ClientUnaryCall;
  Get(argument: _sluice_v1_GetSessionRequest, callback: grpc.requestCallback<_sluice_v1_GetSessionResponse__Output>): grpc.ClientUnaryCall;
  get(argument: _sluice_v1_GetSessionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_GetSessionResponse__Output>): grpc.ClientUnaryCall;
  get(argument: _sluice_v1_GetSessionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_sluice_v1_GetSessionResponse__Output>): grpc.ClientUnaryCall;
  get(argument: _sluice_v1_GetSessionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_GetSessionResponse__Output>): grpc.ClientUnaryCall;
  get(argument: _sluice_v1_GetSessionRequest, callback: grpc.requestCallback<_sluice_v1_GetSessionResponse__Output>): grpc.ClientUnaryCall;
  
  List(argument: _sluice_v1_ListSessionsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_ListSessionsResponse__Output>): grpc.ClientUnaryCall;
  List(argument: _sluice_v1_ListSessionsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_sluice_v1_ListSessionsResponse__Output>): grpc.ClientUnaryCall;
  List(argument: _sluice_v1_ListSessionsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_ListSessionsResponse__Output>): grpc.ClientUnaryCall;
  List(argument: _sluice_v1_ListSessionsRequest, callback: grpc.requestCallback<_sluice_v1_ListSessionsResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _sluice_v1_ListSessionsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_ListSessionsResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _sluice_v1_ListSessionsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_sluice_v1_ListSessionsResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _sluice_v1_ListSessionsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_ListSessionsResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _sluice_v1_ListSessionsRequest, callback: grpc.requestCallback<_sluice_v1_ListSessionsResponse__Output>): grpc.ClientUnaryCall;
  
  Outline(argument: _sluice_v1_OutlineRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_OutlineResponse__Output>): grpc.ClientUnaryCall;
  Outline(argument: _sluice_v1_OutlineRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_sluice_v1_OutlineResponse__Output>): grpc.ClientUnaryCall;
  Outline(argument: _sluice_v1_OutlineRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_OutlineResponse__Output>): grpc.ClientUnaryCall;
  Outline(argument: _sluice_v1_OutlineRequest, callback: grpc.requestCallback<_sluice_v1_OutlineResponse__Output>): grpc.ClientUnaryCall;
  outline(argument: _sluice_v1_OutlineRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_OutlineResponse__Output>): grpc.ClientUnaryCall;
  outline(argument: _sluice_v1_OutlineRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_sluice_v1_OutlineResponse__Output>): grpc.ClientUnaryCall;
  outline(argument: _sluice_v1_OutlineRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_OutlineResponse__Output>): grpc.ClientUnaryCall;
  outline(argument: _sluice_v1_OutlineRequest, callback: grpc.requestCallback<_sluice_v1_OutlineResponse__Output>): grpc.ClientUnaryCall;
  
  Read(argument: _sluice_v1_ReadRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_ReadResponse__Output>): grpc.ClientUnaryCall;
  Read(argument: _sluice_v1_ReadRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_sluice_v1_ReadResponse__Output>): grpc.ClientUnaryCall;
  Read(argument: _sluice_v1_ReadRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_ReadResponse__Output>): grpc.ClientUnaryCall;
  Read(argument: _sluice_v1_ReadRequest, callback: grpc.requestCallback<_sluice_v1_ReadResponse__Output>): grpc.ClientUnaryCall;
  read(argument: _sluice_v1_ReadRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_ReadResponse__Output>): grpc.ClientUnaryCall;
  read(argument: _sluice_v1_ReadRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_sluice_v1_ReadResponse__Output>): grpc.ClientUnaryCall;
  read(argument: _sluice_v1_ReadRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_ReadResponse__Output>): grpc.ClientUnaryCall;
  read(argument: _sluice_v1_ReadRequest, callback: grpc.requestCallback<_sluice_v1_ReadResponse__Output>): grpc.ClientUnaryCall;
  
  Replay(argument: _sluice_v1_ReplayRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_sluice_v1_EventBatch__Output>;
  Replay(argument: _sluice_v1_ReplayRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_sluice_v1_EventBatch__Output>;
  replay(argument: _sluice_v1_ReplayRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_sluice_v1_EventBatch__Output>;
  replay(argument: _sluice_v1_ReplayRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_sluice_v1_EventBatch__Output>;
  
  Stop(argument: _sluice_v1_StopRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_StopResponse__Output>): grpc.ClientUnaryCall;
  Stop(argument: _sluice_v1_StopRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_sluice_v1_StopResponse__Output>): grpc.ClientUnaryCall;
  Stop(argument: _sluice_v1_StopRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_StopResponse__Output>): grpc.ClientUnaryCall;
  Stop(argument: _sluice_v1_StopRequest, callback: grpc.requestCallback<_sluice_v1_StopResponse__Output>): grpc.ClientUnaryCall;
  stop(argument: _sluice_v1_StopRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_StopResponse__Output>): grpc.ClientUnaryCall;
  stop(argument: _sluice_v1_StopRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_sluice_v1_StopResponse__Output>): grpc.ClientUnaryCall;
  stop(argument: _sluice_v1_StopRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_StopResponse__Output>): grpc.ClientUnaryCall;
  stop(argument: _sluice_v1_StopRequest, callback: grpc.requestCallback<_sluice_v1_StopResponse__Output>): grpc.ClientUnaryCall;
  
  Verify(argument: _sluice_v1_VerifyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_VerifyResponse__Output>): grpc.ClientUnaryCall;
  Verify(argument: _sluice_v1_VerifyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_sluice_v1_VerifyResponse__Output>): grpc.ClientUnaryCall;
  Verify(argument: _sluice_v1_VerifyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_VerifyResponse__Output>): grpc.ClientUnaryCall;
  Verify(argument: _sluice_v1_VerifyRequest, callback: grpc.requestCallback<_sluice_v1_VerifyResponse__Output>): grpc.ClientUnaryCall;
  verify(argument: _sluice_v1_VerifyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_VerifyResponse__Output>): grpc.ClientUnaryCall;
  verify(argument: _sluice_v1_VerifyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_sluice_v1_VerifyResponse__Output>): grpc.ClientUnaryCall;
  verify(argument: _sluice_v1_VerifyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_VerifyResponse__Output>): grpc.ClientUnaryCall;
  verify(argument: _sluice_v1_VerifyRequest, callback: grpc.requestCallback<_sluice_v1_VerifyResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface SessionsHandlers extends grpc.UntypedServiceImplementation {
  Delete: grpc.handleUnaryCall<_sluice_v1_DeleteSessionRequest__Output, _sluice_v1_DeleteSessionResponse>;
  
  Export: grpc.handleServerStreamingCall<_sluice_v1_ExportRequest__Output, _sluice_v1_ExportChunk>;
  
  Follow: grpc.handleServerStreamingCall<_sluice_v1_FollowRequest__Output, _sluice_v1_EventBatch>;
  
  Get: grpc.handleUnaryCall<_sluice_v1_GetSessionRequest__Output, _sluice_v1_GetSessionResponse>;
  
  List: grpc.handleUnaryCall<_sluice_v1_ListSessionsRequest__Output, _sluice_v1_ListSessionsResponse>;
  
  Outline: grpc.handleUnaryCall<_sluice_v1_OutlineRequest__Output, _sluice_v1_OutlineResponse>;
  
  Read: grpc.handleUnaryCall<_sluice_v1_ReadRequest__Output, _sluice_v1_ReadResponse>;
  
  Replay: grpc.handleServerStreamingCall<_sluice_v1_ReplayRequest__Output, _sluice_v1_EventBatch>;
  
  Stop: grpc.handleUnaryCall<_sluice_v1_StopRequest__Output, _sluice_v1_StopResponse>;
  
  Verify: grpc.handleUnaryCall<_sluice_v1_VerifyRequest__Output, _sluice_v1_VerifyResponse>;
  
}

export interface SessionsDefinition extends grpc.ServiceDefinition {
  Delete: MethodDefinition<_sluice_v1_DeleteSessionRequest, _sluice_v1_DeleteSessionResponse, _sluice_v1_DeleteSessionRequest__Output, _sluice_v1_DeleteSessionResponse__Output>
  Export: MethodDefinition<_sluice_v1_ExportRequest, _sluice_v1_ExportChunk, _sluice_v1_ExportRequest__Output, _sluice_v1_ExportChunk__Output>
  Follow: MethodDefinition<_sluice_v1_FollowRequest, _sluice_v1_EventBatch, _sluice_v1_FollowRequest__Output, _sluice_v1_EventBatch__Output>
  Get: MethodDefinition<_sluice_v1_GetSessionRequest, _sluice_v1_GetSessionResponse, _sluice_v1_GetSessionRequest__Output, _sluice_v1_GetSessionResponse__Output>
  List: MethodDefinition<_sluice_v1_ListSessionsRequest, _sluice_v1_ListSessionsResponse, _sluice_v1_ListSessionsRequest__Output, _sluice_v1_ListSessionsResponse__Output>
  Outline: MethodDefinition<_sluice_v1_OutlineRequest, _sluice_v1_OutlineResponse, _sluice_v1_OutlineRequest__Output, _sluice_v1_OutlineResponse__Output>
  Read: MethodDefinition<_sluice_v1_ReadRequest, _sluice_v1_ReadResponse, _sluice_v1_ReadRequest__Output, _sluice_v1_ReadResponse__Output>
  Replay: MethodDefinition<_sluice_v1_ReplayRequest, _sluice_v1_EventBatch, _sluice_v1_ReplayRequest__Output, _sluice_v1_EventBatch__Output>
  Stop: MethodDefinition<_sluice_v1_StopRequest, _sluice_v1_StopResponse, _sluice_v1_StopRequest__Output, _sluice_v1_StopResponse__Output>
  Verify: MethodDefinition<_sluice_v1_VerifyRequest, _sluice_v1_VerifyResponse, _sluice_v1_VerifyRequest__Output, _sluice_v1_VerifyResponse__Output>
}
