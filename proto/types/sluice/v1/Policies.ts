// Original file: proto/sluice/v1/policies.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ExplainRequest as _sluice_v1_ExplainRequest, ExplainRequest__Output as _sluice_v1_ExplainRequest__Output } from '../../sluice/v1/ExplainRequest.js';
import type { ExplainResponse as _sluice_v1_ExplainResponse, ExplainResponse__Output as _sluice_v1_ExplainResponse__Output } from '../../sluice/v1/ExplainResponse.js';

export interface PoliciesClient extends grpc.Client {
  Explain(argument: _sluice_v1_ExplainRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_ExplainResponse__Output>): grpc.ClientUnaryCall;
  Explain(argument: _sluice_v1_ExplainRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_sluice_v1_ExplainResponse__Output>): grpc.ClientUnaryCall;
  Explain(argument: _sluice_v1_ExplainRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_ExplainResponse__Output>): grpc.ClientUnaryCall;
  Explain(argument: _sluice_v1_ExplainRequest, callback: grpc.requestCallback<_sluice_v1_ExplainResponse__Output>): grpc.ClientUnaryCall;
  explain(argument: _sluice_v1_ExplainRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_ExplainResponse__Output>): grpc.ClientUnaryCall;
  explain(argument: _sluice_v1_ExplainRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_sluice_v1_ExplainResponse__Output>): grpc.ClientUnaryCall;
  explain(argument: _sluice_v1_ExplainRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_sluice_v1_ExplainResponse__Output>): grpc.ClientUnaryCall;
  explain(argument: _sluice_v1_ExplainRequest, callback: grpc.requestCallback<_sluice_v1_ExplainResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface PoliciesHandlers extends grpc.UntypedServiceImplementation {
  Explain: grpc.handleUnaryCall<_sluice_v1_ExplainRequest__Output, _sluice_v1_ExplainResponse>;
  
}

export interface PoliciesDefinition extends grpc.ServiceDefinition {
  Explain: MethodDefinition<_sluice_v1_ExplainRequest, _sluice_v1_ExplainResponse, _sluice_v1_ExplainRequest__Output, _sluice_v1_ExplainResponse__Output>
}
