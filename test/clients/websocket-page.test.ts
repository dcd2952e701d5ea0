/** docs/websocket.md and the frames of a real socket, held to the contract's own JSON mapping. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import {
  createFileRegistry,
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonValue,
  toJson,
} from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import WebSocket from "ws";
import { type GatewayWorld, openWorld } from "../frontends/gateway-world.js";
import { GrpcClient } from "../frontends/ways/grpc-way.js";
import { keepAlive } from "../support/keep-alive.js";
import { blocksOf } from "../support/running-demo.js";

keepAlive();

const page = readFileSync("docs/websocket.md", "utf8");
const registry = createFileRegistry(
  fromBinary(FileDescriptorSetSchema, readFileSync("proto/descriptors.binpb")),
);

function schema(name: string): DescMessage {
  const found = registry.getMessage(`sluice.v1.${name}`);
  assert.ok(found !== undefined, name);
  return found;
}

/** What a client's frame says, by its member. */
const REQUESTS: ReadonlyMap<string, string> = new Map([
  ["complete", "CompleteRequest"],
  ["attach", "AttachRequest"],
  ["replay", "ReplayRequest"],
  ["follow", "FollowRequest"],
  ["cancel", "CancelRequest"],
]);

type Frame = Readonly<Record<string, JsonValue>>;

/** Throws unless the frame is exactly what protobuf's JSON mapping makes of its message. */
function assertCanonical(frame: Frame): void {
  const { stream: _stream, error, ...event } = frame;
  const [member = ""] = Object.keys(event);
  const request = REQUESTS.get(member);
  const [name, json] =
    error !== undefined
      ? ["Error", error]
      : request !== undefined
        ? [request, event[member]]
        : ["Event", event];
  const message = schema(name);
  assert.deepEqual(toJson(message, fromJson(message, json ?? null)), json, JSON.stringify(frame));
}

const shown: readonly Frame[] = blocksOf(page)
  .filter(({ language }) => language === "json")
  .flatMap(({ text }) => text.trim().split("\n"))
  .map((line) => JSON.parse(line));

describe("docs/websocket.md", () => {
  test("shows frames as the contract writes them", () => {
    for (const frame of shown) assertCanonical(frame);
  });

  test("shows every frame that there is", () => {
    const members = new Set(shown.flatMap((frame) => Object.keys(frame)));
    const events = schema("Event").oneofs.flatMap(({ fields }) => fields.map(({ jsonName }) => jsonName));
    for (const name of [...events, ...REQUESTS.keys(), "error"]) assert.ok(members.has(name), name);
    const items = JSON.stringify(shown.flatMap(({ output }) => output ?? []));
    for (const { jsonName } of schema("OutputItem").fields)
      assert.ok(items.includes(`"${jsonName}"`), jsonName);
  });

  test("names every member of every frame", () => {
    const rows = new Map(
      [...page.matchAll(/^\| `(\w+)` \|(.*)$/gm)].map(([, name = "", row = ""]) => [name, row]),
    );
    for (const { jsonName, message } of [
      ...schema("Event").oneofs.flatMap(({ fields }) => fields),
      ...schema("OutputItem").fields,
    ])
      for (const field of message?.fields ?? []) {
        const names = field.oneof === undefined ? [field.jsonName] : [];
        for (const name of names)
          assert.ok(rows.get(jsonName)?.includes(`\`${name}\``), `${jsonName}.${name}`);
      }
    const line = page.match(/^`error` has .*$/m)?.[0] ?? "";
    for (const { jsonName } of schema("Error").fields) assert.ok(line.includes(`\`${jsonName}\``), jsonName);
  });
});

describe("frames of a socket", { timeout: 240_000 }, () => {
  let world: GatewayWorld;
  let reviewer: GrpcClient;
  before(async () => {
    world = await openWorld();
    reviewer = new GrpcClient(world.grpcAddress);
  });
  after(async () => {
    reviewer?.close();
    await world?.close();
  });

  test("each is what the mapping makes of its message: answers, tools, reviews, denials, replays, refusals", async () => {
    const token = await world.token("ada", ["staff"]);
    const socket = new WebSocket(`${world.httpUrl.replace("http", "ws")}/v1/stream`, "sluice.v1.json", {
      headers: { authorization: `Bearer ${token}` },
    });
    // Each request listens for its own end.
    socket.setMaxListeners(0);
    const frames: Frame[] = [];
    await new Promise((resolve) => socket.once("open", resolve));
    const asked = (stream: string, member: string, message: object): Promise<void> => {
      const frame = JSON.parse(JSON.stringify({ stream, [member]: message }));
      assertCanonical(frame);
      socket.send(JSON.stringify(frame));
      return new Promise((resolve) => {
        socket.on("message", (data) => {
          const seen = JSON.parse(data.toString());
          if (seen.stream === stream && (seen.error !== undefined || seen.ended?.outcome === "complete"))
            resolve();
        });
      });
    };
    socket.on("message", (data) => frames.push(JSON.parse(data.toString())));
    const ask = (stream: string, text: string, more: object = {}): Promise<void> =>
      asked(stream, "complete", { model: "demo", messages: [{ role: "user", parts: [{ text }] }], ...more });

    await ask("plain", "Draft the reply to the customer", { labels: [{ key: "case", value: "7" }] });
    await ask("choices", "please think", { choices: 2, logprobs: true, reasoningEffort: "high" });
    await ask("tool", "tell them", {
      tools: [
        { name: "notify", parametersJson: '{"type":"object","properties":{"email":{"type":"string"}}}' },
      ],
    });
    await ask("refusal", "please refuse");
    await ask("denied", "project alder");
    await ask("nobody", "x", { model: "nobody-serves-it" });
    const waiting = ask("waits", "What was Q3 revenue? (of this page)");
    const rita = await world.token("rita", ["compliance"]);
    const watch = reviewer.stream("Approvals/Watch", {}, { token: rita });
    watch.on("error", () => {});
    const { approval } = await new Promise<{ approval: { approvalId: string } }>((resolve) =>
      watch.once("data", resolve),
    );
    watch.cancel();
    const { approvalId } = approval;
    await reviewer.unary(
      "Approvals/Decide",
      { approvalId, verdict: "approve", reason: "known" },
      { token: rita },
    );
    await waiting;
    const opened = frames.find(({ stream }) => stream === "waits")?.["opened"];
    const { sessionId } = JSON.parse(JSON.stringify(opened));
    await asked("replay", "replay", { sessionId, maxSpeed: true });
    await asked("follow", "follow", { sessionId });
    await asked("attach", "attach", { sessionId, afterSeq: 3 });
    await asked("never", "attach", { sessionId: "0193d2a0-7d1f-7c3a-9b55-2f8e6a1c4d07" });
    socket.close();

    const members = new Set(frames.flatMap((frame) => Object.keys(frame)));
    for (const { jsonName } of schema("Event").oneofs.flatMap(({ fields }) => fields))
      assert.ok(members.has(jsonName), `${jsonName} was seen`);
    for (const frame of frames) assertCanonical(frame);
  });
});
