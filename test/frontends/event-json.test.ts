import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { createFileRegistry, type DescMessage, fromBinary, fromJson, toJson } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { toEvent } from "../../src/frontends/event.js";
import { eventMembers } from "../../src/frontends/event-json.js";
import { loadContract, serializerOf } from "../../src/frontends/grpc/contract.js";
import { eventBatchCodec } from "../../src/frontends/grpc/event-batch.js";
import fc from "../support/seeded-check.js";
import { anyEntry } from "./sample-entries.js";

const descriptors = readFileSync("proto/descriptors.binpb");

function schema(name: string): DescMessage {
  const found = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptors)).getMessage(name);
  assert.ok(found !== undefined);
  return found;
}

describe("events on the wire", () => {
  let event: DescMessage;
  let batch: DescMessage;
  before(() => {
    event = schema("sluice.v1.Event");
    batch = schema("sluice.v1.EventBatch");
  });

  test("the JSON of every entry is the canonical mapping of its message", () => {
    fc.assert(
      fc.property(anyEntry, (entry) => {
        const json = toEvent(entry);
        if (json === null) return;
        assert.deepEqual(toJson(event, fromJson(event, JSON.parse(JSON.stringify(json)))), json);
      }),
      { numRuns: 500 },
    );
  });

  test("the text put together by hand is the same JSON", () => {
    fc.assert(
      fc.property(anyEntry, (entry) => {
        const members = eventMembers(entry);
        assert.deepEqual(members === null ? null : JSON.parse(`{${members}}`), plain(toEvent(entry)));
      }),
      { numRuns: 500 },
    );
  });

  test("a batch written by hand has the bytes that protobuf gives it", () => {
    const contract = loadContract();
    const codec = eventBatchCodec(serializerOf(contract, "sluice.v1.Event"));
    const general = serializerOf(contract, "sluice.v1.EventBatch");
    fc.assert(
      fc.property(fc.array(anyEntry, { minLength: 1, maxLength: 20 }), (entries) => {
        const events = entries.flatMap((entry) => toEvent(entry) ?? []);
        const bytes = codec.encode(entries);
        assert.equal((bytes ?? Buffer.alloc(0)).toString("hex"), general({ events }).toString("hex"));
        if (bytes !== null) assert.deepEqual(toJson(batch, fromBinary(batch, bytes)), plain({ events }));
      }),
      { numRuns: 300 },
    );
  });

  test("the committed descriptors are what buf builds of proto/ and of the health service", () => {
    const build = (input: string): Buffer =>
      execFileSync(
        process.execPath,
        [
          "node_modules/@bufbuild/buf/bin/buf",
          "build",
          input,
          "--as-file-descriptor-set",
          "--exclude-source-info",
          "-o",
          "-",
        ],
        { timeout: 60_000 },
      );
    const built = Buffer.concat([build("proto"), build("node_modules/grpc-health-check/proto")]);
    assert.ok(
      built.equals(descriptors),
      "proto/descriptors.binpb is not current: concatenate the outputs of buf build for proto and for node_modules/grpc-health-check/proto (--as-file-descriptor-set --exclude-source-info)",
    );
  });
});

/** As it is after a parse: no surrogate that cannot be encoded. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
