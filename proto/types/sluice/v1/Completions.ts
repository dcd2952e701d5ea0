// Original file: proto/sluice/v1/completions.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AttachRequest as _sluice_v1_AttachRequest, AttachRequest__Output as _sluice_v1_AttachRequest__Output } from '../../sluice/v1/AttachRequest.js';
import type { CancelRequest as _sluice_v1_CancelRequest, CancelRequest__Output as _sluice_v1_CancelRequest__Output } from '../../sluice/v1/CancelRequest.js';
import type { CancelResponse as _sluice_v1_CancelResponse, CancelResponse__Output as _sluice_v1_CancelResponse__Output } from '../../sluice/v1/CancelResponse.js';
import type { CompleteRequest as _sluice_v1_CompleteRequest, CompleteRequest__Output as _sluice_v1_CompleteRequest__Output } from '../../sluice/v1/CompleteRequest.js';
import type { EventBatch as _sluice_v1_EventBatch, EventBatch__Output as _sluice_v1_EventBatch__Output } from '../../sluice/v1/EventBatch.js';

export interface CompletionsClient extends grpc.Client {
  Attach(argument: _sluice_v1_AttachRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_sluice_v1_EventBatch__Output>;
  Attach(argument: _sluice_v1_AttachRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_sluice_v1_EventBatch__Output>;
  attach(argument: _sluice_v1_AttachRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_sluice_v1_EventBatch__Output>;
  attach(argument: _sluice_v1_AttachRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_sluice_v1_EventBatch__Output>;
  
  Cancel(argument: _sluice_v1_CancelRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_CancelResponse__Output>): grpc.ClientUnaryCall;
  Cancel(argument: _sluice_v1_CancelRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_sluice_v1_CancelResponse__Output>): grpc.ClientUnaryCall;
  Cancel(argument: _sluice_v1_CancelRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_CancelResponse__Output>): grpc.ClientUnaryCall;
  Cancel(argument: _sluice_v1_CancelRequest, callback: grpc.requestCallback<_sluice_v1_CancelResponse__Output>): grpc.ClientUnaryCall;
  cancel(argument: _sluice_v1_CancelRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_CancelResponse__Output>): grpc.ClientUnaryCall;
  cancel(argument: _sluice_v1_CancelRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_sluice_v1_CancelResponse__Output>): grpc.ClientUnaryCall;
  cancel(argument: _sluice_v1_CancelRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_CancelResponse__Output>): grpc.ClientUnaryCall;
  cancel(argument: _sluice_v1_CancelRequest, callback: grpc.requestCallback<_sluice_v1_CancelResponse__Output>): grpc.ClientUnaryCall;
  
  Complete(argument: _sluice_v1_CompleteRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_sluice_v1_EventBatch__Output>;
  Complete(argument: _sluice_v1_CompleteRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_sluice_v1_EventBatch__Output>;
  complete(argument: _sluice_v1_CompleteRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_sluice_v1_EventBatch__Output>;
  complete(argument: _sluice_v1_CompleteRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_sluice_v1_EventBatch__Output>;
  
}

export interface CompletionsHandlers extends grpc.UntypedServiceImplementation {
  Attach: grpc.handleServerStreamingCall<_sluice_v1_AttachRequest__Output, _sluice_v1_EventBatch>;
  
  Cancel: grpc.handleUnaryCall<_sluice_v1_CancelRequest__Output, _sluice_v1_CancelResponse>;
  
  Complete: grpc.handleServerStreamingCall<_sluice_v1_CompleteRequest__Output, _sluice_v1_EventBatch>;
  
}

export interface CompletionsDefinition extends grpc.ServiceDefinition {
  Attach: MethodDefinition<_sluice_v1_AttachRequest, _sluice_v1_EventBatch, _sluice_v1_AttachRequest__Output, _sluice_v1_EventBatch__Output>
  Cancel: MethodDefinition<_sluice_v1_CancelRequest, _sluice_v1_CancelResponse, _sluice_v1_CancelRequest__Output, _sluice_v1_CancelResponse__Output>
  Complete: MethodDefinition<_sluice_v1_CompleteRequest, _sluice_v1_EventBatch, _sluice_v1_CompleteRequest__Output, _sluice_v1_EventBatch__Output>
}
