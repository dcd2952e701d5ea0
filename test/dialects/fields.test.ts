/**
 * Every string that the types of the providers' SDKs name, one at a time in an answer: it reaches the caller as it
 * is where nothing is masked, streamed and whole. What does not stands below with its reason.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { clientDialects, upstreamDialects } from "../../src/dialects/index.js";
import type { DialectName } from "../../src/domain/entry.js";
import { simpleRequest } from "../support/simple-request.js";
import { decodeToLog } from "./identity-log.js";
import { maskedLog } from "./masked-log.js";
import { renderStream } from "./render.js";

const FOLDER = process.env["SLUICE_FIELDS"] ?? join(import.meta.dirname, "../../../shared/data/fields");
const skip = existsSync(FOLDER) ? false : "the lists of fields are not here";

const WORDS = "Marked words, here";
/** What a name or a word of the provider's looks like; more than that does not pass where nothing is listed. */
const TOKEN = "marked-token";

/** What no caller may see. */
const PLANTED = "jane.roe@example.com";

/** Paths that pass unread: what the provider sealed, and pictures. */
const OPAQUE = [
  /\.(?:encrypted_content|encrypted_index|encrypted_stdout|signature|data)$/,
  /\{image_generation_call\}\.result$/,
  /partial_image_b64$/,
];

type Json = { [key: string]: unknown };

/** Paths that do not pass, by list. */
const DROPPED: Readonly<Record<string, readonly (readonly [RegExp, string])[]>> = {
  chunk: [
    [/audio\.data$/, "sound cannot be masked"],
    [/^\.obfuscation$/, "padding whose length tells the length of the text"],
    [/logprobs/, "tokens have to spell the text that they stand beside"],
  ],
  chat: [
    [/audio\.data$/, "sound cannot be masked"],
    [/logprobs/, "tokens have to spell the text that they stand beside"],
  ],
  completion: [[/logprobs/, "tokens have to spell the text that they stand beside"]],
  events: [
    [/^\{error\}/, "a failure is told in the gateway's words"],
    [/^\{response\.audio\.delta\}\.delta$/, "sound cannot be masked"],
    [/obfuscation$/, "padding whose length tells the length of the text"],
    [/\.(?:content_part|reasoning_summary_part)\.added\}\.part\{.*\.(?:text|refusal)$/, "comes with its end"],
    [/logprobs/, "tokens have to spell the text that they stand beside"],
  ],
  item: [
    [/logprobs/, "tokens have to spell the text that they stand beside"],
    [/\.tools\[\]\{mcp\}\.(?:authorization|headers)/, "credentials of tools"],
  ],
  response: [
    [/^\.error\./, "a failure is told in the gateway's words"],
    [/\.tools\[\]\{mcp\}\.(?:authorization|headers)/, "credentials of tools"],
    [/^\.(?:id|object|model|status)$/, "said by the test itself"],
    [/logprobs/, "tokens have to spell the text that they stand beside"],
    [
      /^\.(?:instructions|tools|tool_choice|metadata|prompt|user|safety_identifier|prompt_cache_key|text|reasoning)\b/,
      "echoes of the request: the caller's own words stand there",
    ],
  ],
  msg: [],
  msgev: [],
};

function rows(list: string): readonly string[] {
  return readFileSync(join(FOLDER, `fields-${list}.tsv`), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split("\t"))
    .flatMap(([path = "", kind]) => (kind === "string" ? [path] : []));
}

/** The least object that holds a string at a path such as `.a[].b{type}.c`. */
function holding(path: string, text: string): Json {
  const steps = path.match(/\{[^}]*\}|\.[^.[{]+|\[\]/g) ?? [];
  const make = (at: number): unknown => {
    const step = steps[at];
    if (step === undefined) return text;
    const inner = () => make(at + 1);
    if (step === "[]") return [inner()];
    if (!step.startsWith("{")) return { [step === ".*" ? "some_key" : step.slice(1)]: inner() };
    const value = at + 1 === steps.length ? {} : inner();
    return isObject(value) ? { type: step.slice(1, -1), ...value } : value;
  };
  return make(0) as Json;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

function sse(...events: readonly (Json | string)[]): string {
  return events
    .map((event) => {
      const name = isObject(event) && typeof event["type"] === "string" ? `event: ${event["type"]}\n` : "";
      return `${name}data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`;
    })
    .join("");
}

/** An answer as its caller gets it: nothing masked, or every e-mail address. */
function through(dialect: DialectName, body: string, stream: boolean): string {
  const upstream = upstreamDialects.get(dialect);
  const client = clientDialects.get(dialect);
  assert.ok(upstream !== undefined && client !== undefined);
  const request = simpleRequest(dialect, { stream });
  const about = { upstream, request, pieces: [Buffer.from(body)] };
  const entries = body.includes(PLANTED)
    ? maskedLog({ ...about, entities: ["EMAIL_ADDRESS"] })
    : decodeToLog(about).entries;
  if (stream) return renderStream(client, request, entries);
  const ended = entries.find((entry) => entry.type === "ended");
  if (ended?.type === "ended" && ended.error !== null) return `failed: ${ended.error.message}`;
  const plain = client.plainEncoder({ echo: new Map(), request });
  for (const entry of entries) plain.add(entry);
  return JSON.stringify(plain.body());
}

const RESPONSE = {
  id: "resp_1",
  object: "response",
  created_at: 1,
  model: "m",
  status: "completed",
  output: [],
};
const CREATED = { type: "response.created", response: { ...RESPONSE, status: "in_progress" } };
const COMPLETED = { type: "response.completed", response: RESPONSE };
const MESSAGE = { id: "msg_1", type: "message", role: "assistant", model: "m", content: [], usage: {} };
const ENDING = { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 1 } };

/** An answer that holds an object of the list, as its provider would send it. */
const ANSWERS: Readonly<Record<string, (value: Json, path: string) => string>> = {
  chunk: (value) => {
    for (const choice of objects(value["choices"])) {
      choice["index"] = 0;
      choice["finish_reason"] ??= null;
      choice["delta"] ??= {};
      for (const call of objects(isObject(choice["delta"]) ? choice["delta"]["tool_calls"] : []))
        call["index"] = 0;
    }
    const finish = { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] };
    return through("openai-chat", sse({ choices: [], ...value }, finish, "[DONE]"), true);
  },
  chat: (value) => {
    const choices = objects(value["choices"]);
    for (const choice of choices) {
      choice["index"] = 0;
      choice["finish_reason"] ??= "stop";
    }
    const message = { role: "assistant", content: "x" };
    const some = choices.length > 0 ? choices : [{ index: 0, finish_reason: "stop", message }];
    return through("openai-chat", JSON.stringify({ ...value, choices: some }), false);
  },
  completion: (value) => {
    const choice = { text: "x", index: 0, finish_reason: "stop", ...objects(value["choices"])[0] };
    const whole = { ...value, choices: [choice] };
    const streamed = { ...value, choices: [{ ...choice, finish_reason: null }] };
    const finish = { choices: [{ text: "", index: 0, finish_reason: "stop" }] };
    const plain = through("openai-completions", JSON.stringify(whole), false);
    const stream = through("openai-completions", sse(streamed, finish, "[DONE]"), true);
    return [plain, stream].every((written) => written.includes("marked") || written.includes("Marked"))
      ? plain
      : "";
  },
  events: (value) => {
    const type = String(value["type"]);
    const about = { output_index: 0, content_index: 0, summary_index: 0, item_id: "i" };
    const said = type.endsWith(".delta") ? { delta: "x" } : {};
    const event: Json = { ...about, ...said, ...value };
    if (isObject(event["response"])) event["response"] = { ...RESPONSE, ...event["response"] };
    const ends = ["response.completed", "response.incomplete"].includes(type);
    return through("openai-responses", sse(CREATED, event, ...(ends ? [] : [COMPLETED])), true);
  },
  item: (value) => {
    const done = { type: "response.output_item.done", output_index: 0, item: { id: "it", ...value } };
    return through("openai-responses", sse(CREATED, done, COMPLETED), true);
  },
  response: (value) => {
    const whole = { ...RESPONSE, ...value };
    const streamed = through(
      "openai-responses",
      sse(CREATED, { type: "response.completed", response: whole }),
      true,
    );
    const plain = through("openai-responses", JSON.stringify(whole), false);
    return [plain, streamed].every((written) => written.includes("marked") || written.includes("Marked"))
      ? plain
      : "";
  },
  msg: (value) => through("anthropic-messages", JSON.stringify({ ...MESSAGE, ...value }), false),
  msgev: (value) => through("anthropic-messages", sse(...eventsAround(value)), true),
};

function eventsAround(value: Json): readonly Json[] {
  const start = { type: "message_start", message: MESSAGE };
  const stop = { type: "message_stop" };
  switch (value["type"]) {
    case "message_start":
      return [
        { type: "message_start", message: { ...MESSAGE, ...(value["message"] as Json) } },
        ENDING,
        stop,
      ];
    case "content_block_start":
      return [start, { index: 0, ...value }, { type: "content_block_stop", index: 0 }, ENDING, stop];
    case "content_block_delta": {
      const open = { type: "content_block_start", index: 0, content_block: blockFor(value["delta"]) };
      return [start, open, { index: 0, ...value }, { type: "content_block_stop", index: 0 }, ENDING, stop];
    }
    default:
      return [start, value, stop];
  }
}

function blockFor(delta: unknown): Json {
  switch (isObject(delta) ? delta["type"] : null) {
    case "thinking_delta":
    case "signature_delta":
      return { type: "thinking", thinking: "", signature: "" };
    case "input_json_delta":
      return { type: "tool_use", id: "t", name: "n", input: {} };
    default:
      return { type: "text", text: "" };
  }
}

describe("every string of the SDKs' types", { skip }, () => {
  for (const [list, answer] of Object.entries(ANSWERS)) {
    test(`of ${list}`, () => {
      const missing: string[] = [];
      const tokens: string[] = [];
      for (const path of rows(list)) {
        const isDropped = (DROPPED[list] ?? []).some(([pattern]) => pattern.test(path));
        if (answer(holding(path, WORDS), path).includes(WORDS)) continue;
        if (isDropped) continue;
        if (answer(holding(path, TOKEN), path).includes(TOKEN)) tokens.push(path);
        else missing.push(path);
      }
      assert.deepEqual(missing, []);
      // Words of the provider's own, of which the types do not say that they are an enumeration.
      for (const path of tokens)
        assert.match(
          path,
          /\.(?:model|background|output_format|quality|size|id|comparison_response_id|type|status)$/,
          path,
        );
    });
  }

  for (const [list, answer] of Object.entries(ANSWERS)) {
    test(`of ${list} is masked`, () => {
      const leaking = rows(list).filter((path) => {
        const written = answer(holding(path, PLANTED), path);
        return written.includes(PLANTED) && !OPAQUE.some((pattern) => pattern.test(path));
      });
      assert.deepEqual(leaking, []);
    });
  }
});
