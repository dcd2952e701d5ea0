import type { Server } from "@grpc/grpc-js";
import { type ServerDuplexStream, type ServiceDefinition, status } from "@grpc/grpc-js";
import protobuf from "protobufjs";
import { DescriptorIndex } from "./descriptor-index.js";

/**
 * Server reflection from a real FileDescriptorSet, so that imports and maps arrive as they are written.
 * Both versions of the protocol have the same messages.
 * @see https://github.com/grpc/grpc/blob/master/doc/server-reflection.md
 */
const types = protobuf.Root.fromJSON({
  nested: {
    Request: {
      oneofs: {
        ask: {
          oneof: [
            "fileByFilename",
            "fileContainingSymbol",
            "fileContainingExtension",
            "extensionNumbers",
            "listServices",
          ],
        },
      },
      fields: {
        host: { type: "string", id: 1 },
        fileByFilename: { type: "string", id: 3 },
        fileContainingSymbol: { type: "string", id: 4 },
        fileContainingExtension: { type: "bytes", id: 5 },
        extensionNumbers: { type: "string", id: 6 },
        listServices: { type: "string", id: 7 },
      },
    },
    Files: { fields: { fileDescriptorProto: { rule: "repeated", type: "bytes", id: 1 } } },
    Service: { fields: { name: { type: "string", id: 1 } } },
    Services: { fields: { service: { rule: "repeated", type: "Service", id: 1 } } },
    Failure: { fields: { errorCode: { type: "int32", id: 1 }, errorMessage: { type: "string", id: 2 } } },
    Response: {
      fields: {
        validHost: { type: "string", id: 1 },
        originalRequest: { type: "Request", id: 2 },
        fileDescriptorResponse: { type: "Files", id: 4 },
        listServicesResponse: { type: "Services", id: 6 },
        errorResponse: { type: "Failure", id: 7 },
      },
    },
  },
});
const Request = types.lookupType("Request");
const Response = types.lookupType("Response");

interface Ask {
  readonly host?: string;
  readonly ask?: string;
  readonly fileByFilename?: string;
  readonly fileContainingSymbol?: string;
}

/** Adds both versions to a server. It tells what is public anyway, so it asks for no token. */
export function addReflection(server: Server, descriptors: Buffer): void {
  const index = new DescriptorIndex(descriptors);
  for (const version of ["v1", "v1alpha"]) {
    server.addService(definition(version), {
      ServerReflectionInfo: (call: ServerDuplexStream<Ask, object>) => {
        call.on("data", (ask: Ask) => {
          if (!call.write(answer(index, ask))) call.pause();
        });
        call.on("drain", () => call.resume());
        call.on("end", () => call.end());
      },
    });
  }
}

function answer(index: DescriptorIndex, ask: Ask): object {
  const base = { validHost: ask.host ?? "", originalRequest: ask };
  const failure = (errorMessage: string): object => ({
    ...base,
    errorResponse: { errorCode: status.NOT_FOUND, errorMessage },
  });
  switch (ask.ask) {
    case "listServices":
      return { ...base, listServicesResponse: { service: index.services.map((name) => ({ name })) } };
    case "fileByFilename":
    case "fileContainingSymbol": {
      const name = ask[ask.ask] ?? "";
      const files = ask.ask === "fileByFilename" ? index.file(name) : index.fileWith(name);
      return files.length === 0
        ? failure(`There is no ${name}.`)
        : { ...base, fileDescriptorResponse: { fileDescriptorProto: files } };
    }
    default:
      return failure("There are no extensions here.");
  }
}

function definition(version: string): ServiceDefinition {
  return {
    ServerReflectionInfo: {
      path: `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
      requestStream: true,
      responseStream: true,
      requestSerialize: (message: object) => Buffer.from(Request.encode(message).finish()),
      requestDeserialize: (bytes: Buffer) => Request.decode(bytes),
      responseSerialize: (message: object) => Buffer.from(Response.encode(message).finish()),
      responseDeserialize: (bytes: Buffer) => Response.decode(bytes),
    },
  };
}
