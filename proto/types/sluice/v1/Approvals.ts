// Original file: proto/sluice/v1/approvals.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { DecideRequest as _sluice_v1_DecideRequest, DecideRequest__Output as _sluice_v1_DecideRequest__Output } from '../../sluice/v1/DecideRequest.js';
import type { DecideResponse as _sluice_v1_DecideResponse, DecideResponse__Output as _sluice_v1_DecideResponse__Output } from '../../sluice/v1/DecideResponse.js';
import type { GetApprovalRequest as _sluice_v1_GetApprovalRequest, GetApprovalRequest__Output as _sluice_v1_GetApprovalRequest__Output } from '../../sluice/v1/GetApprovalRequest.js';
import type { GetApprovalResponse as _sluice_v1_GetApprovalResponse, GetApprovalResponse__Output as _sluice_v1_GetApprovalResponse__Output } from '../../sluice/v1/GetApprovalResponse.js';
import type { ListApprovalsRequest as _sluice_v1_ListApprovalsRequest, ListApprovalsRequest__Output as _sluice_v1_ListApprovalsRequest__Output } from '../../sluice/v1/ListApprovalsRequest.js';
import type { ListApprovalsResponse as _sluice_v1_ListApprovalsResponse, ListApprovalsResponse__Output as _sluice_v1_ListApprovalsResponse__Output } from '../../sluice/v1/ListApprovalsResponse.js';
import type { WatchApprovalsRequest as _sluice_v1_WatchApprovalsRequest, WatchApprovalsRequest__Output as _sluice_v1_WatchApprovalsRequest__Output } from '../../sluice/v1/WatchApprovalsRequest.js';
import type { WatchApprovalsResponse as _sluice_v1_WatchApprovalsResponse, WatchApprovalsResponse__Output as _sluice_v1_WatchApprovalsResponse__Output } from '../../sluice/v1/WatchApprovalsResponse.js';

export interface ApprovalsClient extends grpc.Client {
  Decide(argument: _sluice_v1_DecideRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_DecideResponse__Output>): grpc.ClientUnaryCall;
  Decide(argument: _sluice_v1_DecideRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_sluice_v1_DecideResponse__Output>): grpc.ClientUnaryCall;
  Decide(argument: _sluice_v1_DecideRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_DecideResponse__Output>): grpc.ClientUnaryCall;
  Decide(argument: _sluice_v1_DecideRequest, callback: grpc.requestCallback<_sluice_v1_DecideResponse__Output>): grpc.ClientUnaryCall;
  decide(argument: _sluice_v1_DecideRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_DecideResponse__Output>): grpc.ClientUnaryCall;
  decide(argument: _sluice_v1_DecideRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_sluice_v1_DecideResponse__Output>): grpc.ClientUnaryCall;
  decide(argument: _sluice_v1_DecideRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_DecideResponse__Output>): grpc.ClientUnaryCall;
  decide(argument: _sluice_v1_DecideRequest, callback: grpc.requestCallback<_sluice_v1_DecideResponse__Output>): grpc.ClientUnaryCall;
  
  Get(argument: _sluice_v1_GetApprovalRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_GetApprovalResponse__Output>): grpc.ClientUnaryCall;
  Get(argument: _sluice_v1_GetApprovalRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_sluice_v1_GetApprovalResponse__Output>): grpc.ClientUnaryCall;
  Get(argument: _sluice_v1_GetApprovalRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_GetApprovalResponse__Output>): grpc.ClientUnaryCall;
  Get(argument: _sluice_v1_GetApprovalRequest, callback: grpc.requestCallback<_sluice_v1_GetApprovalResponse__Output>): grpc.ClientUnaryCall;
  get(argument: _sluice_v1_GetApprovalRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_GetApprovalResponse__Output>): grpc.ClientUnaryCall;
  get(argument: _sluice_v1_GetApprovalRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_sluice_v1_GetApprovalResponse__Output>): grpc.ClientUnaryCall;
  get(argument: _sluice_v1_GetApprovalRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_GetApprovalResponse__Output>): grpc.ClientUnaryCall;
  get(argument: _sluice_v1_GetApprovalRequest, callback: grpc.requestCallback<_sluice_v1_GetApprovalResponse__Output>): grpc.ClientUnaryCall;
  
  List(argument: _sluice_v1_ListApprovalsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_ListApprovalsResponse__Output>): grpc.ClientUnaryCall;
  List(argument: _sluice_v1_ListApprovalsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_sluice_v1_ListApprovalsResponse__Output>): grpc.ClientUnaryCall;
  List(argument: _sluice_v1_ListApprovalsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_ListApprovalsResponse__Output>): grpc.ClientUnaryCall;
  List(argument: _sluice_v1_ListApprovalsRequest, callback: grpc.requestCallback<_sluice_v1_ListApprovalsResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _sluice_v1_ListApprovalsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_ListApprovalsResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _sluice_v1_ListApprovalsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_sluice_v1_ListApprovalsResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _sluice_v1_ListApprovalsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_ListApprovalsResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _sluice_v1_ListApprovalsRequest, callback: grpc.requestCallback<_sluice_v1_ListApprovalsResponse__Output>): grpc.ClientUnaryCall;
  
  Watch(argument: _sluice_v1_WatchApprovalsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_sluice_v1_WatchApprovalsResponse__Output>;
  Watch(argument: _sluice_v1_WatchApprovalsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_sluice_v1_WatchApprovalsResponse__Output>;
  watch(argument: _sluice_v1_WatchApprovalsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_sluice_v1_WatchApprovalsResponse__Output>;
  watch(argument: _sluice_v1_WatchApprovalsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_sluice_v1_WatchApprovalsResponse__Output>;
  
}

export interface ApprovalsHandlers extends grpc.UntypedServiceImplementation {
  Decide: grpc.handleUnaryCall<_sluice_v1_DecideRequest__Output, _sluice_v1_DecideResponse>;
  
  Get: grpc.handleUnaryCall<_sluice_v1_GetApprovalRequest__Output, _sluice_v1_GetApprovalResponse>;
  
  List: grpc.handleUnaryCall<_sluice_v1_ListApprovalsRequest__Output, _sluice_v1_ListApprovalsResponse>;
  
  Watch: grpc.handleServerStreamingCall<_sluice_v1_WatchApprovalsRequest__Output, _sluice_v1_WatchApprovalsResponse>;
  
}

export interface ApprovalsDefinition extends grpc.ServiceDefinition {
  Decide: MethodDefinition<_sluice_v1_DecideRequest, _sluice_v1_DecideResponse, _sluice_v1_DecideRequest__Output, _sluice_v1_DecideResponse__Output>
  Get: MethodDefinition<_sluice_v1_GetApprovalRequest, _sluice_v1_GetApprovalResponse, _sluice_v1_GetApprovalRequest__Output, _sluice_v1_GetApprovalResponse__Output>
  List: MethodDefinition<_sluice_v1_ListApprovalsRequest, _sluice_v1_ListApprovalsResponse, _sluice_v1_ListApprovalsRequest__Output, _sluice_v1_ListApprovalsResponse__Output>
  Watch: MethodDefinition<_sluice_v1_WatchApprovalsRequest, _sluice_v1_WatchApprovalsResponse, _sluice_v1_WatchApprovalsRequest__Output, _sluice_v1_WatchApprovalsResponse__Output>
}
