import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { credentials, loadPackageDefinition, Metadata } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import type { ProtoGrpcType } from "../../proto/types/completions.js";
import type { EventBatch__Output } from "../../proto/types/sluice/v1/EventBatch.js";
import { type GatewayWorld, openGateway } from "../support/gateway.js";

describe("the published types of the gRPC contract", () => {
  it("are what the generator makes of the proto today", () => {
    const folder = mkdtempSync(join(tmpdir(), "sluice-types-"));
    try {
      const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
        scripts: Record<string, string>;
      };
      const [, ...args] = (scripts["generate:types"] ?? "")
        .replace("-O proto/types", `-O ${folder}`)
        .split(" ");
      const bin = "node_modules/@grpc/proto-loader/build/bin/proto-loader-gen-types.js";
      const made = spawnSync(process.execPath, [bin, ...args], {
        encoding: "utf8",
        env: { ...process.env, NODE_OPTIONS: "" },
      });
      assert.equal(made.status, 0, made.stderr);
      const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
        name.endsWith(".ts"),
      );
      assert.ok(files.length > 60);
      for (const name of files) {
        assert.equal(
          readFileSync(join("proto/types", name), "utf8"),
          readFileSync(join(folder, name), "utf8"),
          name,
        );
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("a client with the published types", () => {
  let world: GatewayWorld;
  before(async () => {
    world = await openGateway();
  });
  after(() => world.close());

  it("is told of a denial before any event but the first two", async () => {
    const definition = loadSync("sluice/v1/completions.proto", {
      includeDirs: ["proto"],
      longs: String,
      enums: String,
      defaults: true,
      oneofs: true,
    });
    const { sluice } = loadPackageDefinition(definition) as unknown as ProtoGrpcType;
    const client = new sluice.v1.Completions(world.grpcAddress, credentials.createInsecure());
    const metadata = new Metadata();
    metadata.set("authorization", `Bearer ${await world.token("ann")}`);
    const request = { model: "gpt-x", messages: [{ role: "user", parts: [{ text: "project alder" }] }] };
    const seen: string[] = [];
    const error = await new Promise<Error & { code?: number }>((resolve) => {
      const stream = client.complete(request, metadata);
      stream.on("data", ({ events }: EventBatch__Output) =>
        seen.push(...events.map(({ payload }) => payload ?? "")),
      );
      stream.on("error", resolve);
    });
    client.close();
    assert.equal(error.code, 7);
    assert.deepEqual(seen, ["opened", "decided", "ended"]);
  });
});
