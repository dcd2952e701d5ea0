"""A gRPC client made of nothing but grpcio, protobuf and proto/descriptors.binpb.

Usage: grpc_client.py HOST:PORT DESCRIPTORS. Each line of standard input is one call as JSON, each line of
standard output its result: every message in protobuf's JSON form, metadata, status and rich error details.
"""

import json
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

# The parts of google.rpc that a rich status is made of; Debian packages no googleapis-common-protos.
RPC = {
    "name": "google/rpc/told.proto",
    "package": "google.rpc",
    "syntax": "proto3",
    "dependency": ["google/protobuf/any.proto", "google/protobuf/duration.proto"],
    "messageType": [
        {"name": "Status", "field": [
            {"name": "code", "number": 1, "type": "TYPE_INT32", "label": "LABEL_OPTIONAL"},
            {"name": "message", "number": 2, "type": "TYPE_STRING", "label": "LABEL_OPTIONAL"},
            {"name": "details", "number": 3, "type": "TYPE_MESSAGE", "label": "LABEL_REPEATED",
             "typeName": ".google.protobuf.Any"},
        ]},
        {"name": "ErrorInfo", "field": [
            {"name": "reason", "number": 1, "type": "TYPE_STRING", "label": "LABEL_OPTIONAL"},
            {"name": "domain", "number": 2, "type": "TYPE_STRING", "label": "LABEL_OPTIONAL"},
            {"name": "metadata", "number": 3, "type": "TYPE_MESSAGE", "label": "LABEL_REPEATED",
             "typeName": ".google.rpc.ErrorInfo.MetadataEntry"},
        ], "nestedType": [{"name": "MetadataEntry", "options": {"mapEntry": True}, "field": [
            {"name": "key", "number": 1, "type": "TYPE_STRING", "label": "LABEL_OPTIONAL"},
            {"name": "value", "number": 2, "type": "TYPE_STRING", "label": "LABEL_OPTIONAL"},
        ]}]},
        {"name": "RetryInfo", "field": [
            {"name": "retry_delay", "number": 1, "type": "TYPE_MESSAGE", "label": "LABEL_OPTIONAL",
             "typeName": ".google.protobuf.Duration"},
        ]},
    ],
}


class Contract:
    def __init__(self, path):
        files = descriptor_pb2.FileDescriptorSet()
        with open(path, "rb") as file:
            files.ParseFromString(file.read())
        self.pool = descriptor_pool.DescriptorPool()
        self.methods = {}
        for name in ("any", "duration"):
            module = __import__(f"google.protobuf.{name}_pb2", fromlist=["DESCRIPTOR"])
            self.pool.AddSerializedFile(module.DESCRIPTOR.serialized_pb)
        rpc = descriptor_pb2.FileDescriptorProto()
        json_format.ParseDict(RPC, rpc)
        for file in [*files.file, rpc]:
            self.pool.AddSerializedFile(file.SerializeToString())
            for service in file.service:
                for method in service.method:
                    self.methods[f"{file.package}.{service.name}/{method.name}"] = method

    def message(self, name):
        found = self.pool.FindMessageTypeByName(name.lstrip("."))
        if hasattr(message_factory, "GetMessageClass"):
            return message_factory.GetMessageClass(found)
        return message_factory.MessageFactory(self.pool).GetPrototype(found)

    def to_json(self, message):
        return json_format.MessageToDict(message, descriptor_pool=self.pool)


def stub(channel, contract, path):
    method = contract.methods[path]
    kind = channel.unary_stream if method.server_streaming else channel.unary_unary
    return kind(
        f"/{path}",
        request_serializer=contract.message(method.input_type).SerializeToString,
        response_deserializer=contract.message(method.output_type).FromString,
    )


def rich_status(contract, trailers):
    for key, value in trailers or ():
        if key == "grpc-status-details-bin":
            return contract.to_json(contract.message("google.rpc.Status").FromString(value))
    return None


def run(channel, contract, asked):
    path = asked["call"]
    request = contract.message(contract.methods[path].input_type)()
    json_format.ParseDict(asked.get("request", {}), request)
    metadata = [("authorization", f"Bearer {asked['token']}")] if "token" in asked else []
    messages = []
    made = None
    try:
        if contract.methods[path].server_streaming:
            made = stub(channel, contract, path)(request, metadata=metadata, timeout=asked.get("timeout"))
            for message in made:
                messages.append(contract.to_json(message))
                if len(messages) == asked.get("cancelAfter"):
                    made.cancel()
        else:
            answer, made = stub(channel, contract, path).with_call(
                request, metadata=metadata, timeout=asked.get("timeout")
            )
            messages.append(contract.to_json(answer))
        code, details, error = made.code(), made.details(), made
    except grpc.RpcError as thrown:
        code, details, error = thrown.code(), thrown.details(), thrown
    return {
        "messages": messages,
        "metadata": {key: value for key, value in error.initial_metadata() or () if isinstance(value, str)},
        "code": code.name,
        "details": details,
        "status": rich_status(contract, error.trailing_metadata()),
    }


def main():
    address, descriptors = sys.argv[1:]
    contract = Contract(descriptors)
    with grpc.insecure_channel(address) as channel:
        for line in sys.stdin:
            print(json.dumps(run(channel, contract, json.loads(line))), flush=True)


main()
