import { fileURLToPath } from "node:url";
import type { ServiceDefinition } from "@grpc/grpc-js";
import { loadSync, type PackageDefinition } from "@grpc/proto-loader";
import { SluiceError } from "../../domain/errors.js";

/** Where `proto/` stands, in the source tree and in the installed package alike. */
export const PROTO_DIR = fileURLToPath(new URL("../../../proto", import.meta.url));

const FILES = ["completions", "sessions", "approvals", "policies"].map((name) => `sluice/v1/${name}.proto`);

/** Requests arrive in the canonical JSON form: camel case, enums by name, no member for what is unset. */
export function loadContract(): PackageDefinition {
  return loadSync(FILES, {
    includeDirs: [PROTO_DIR],
    keepCase: false,
    longs: String,
    enums: String,
    defaults: false,
    arrays: false,
    oneofs: false,
  });
}

/** One service of the contract. Its streams of events are written as bytes that are ready to send. */
export function serviceOf(contract: PackageDefinition, name: string): ServiceDefinition {
  const found = contract[name];
  if (found === undefined || "format" in found) throw lacks(name);
  return Object.fromEntries(
    Object.entries(found).map(([method, definition]) => {
      const isEvents = nameOf(definition.responseType.type) === "EventBatch";
      return [method, isEvents ? { ...definition, responseSerialize: (bytes: Buffer) => bytes } : definition];
    }),
  );
}

function nameOf(type: object): unknown {
  return "name" in type ? type.name : undefined;
}

/** Writes one message of the contract from its JSON form. */
export function serializerOf(contract: PackageDefinition, name: string): (message: object) => Buffer {
  const found = contract[name];
  if (found === undefined || !("serialize" in found) || typeof found.serialize !== "function")
    throw lacks(name);
  return found.serialize;
}

function lacks(name: string): SluiceError {
  return new SluiceError("internal", `The contract lacks ${name}.`);
}
