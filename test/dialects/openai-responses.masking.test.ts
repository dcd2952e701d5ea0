import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import OpenAI from "openai";
import { responsesClient } from "../../src/dialects/openai-responses/client.js";
import { responsesUpstream } from "../../src/dialects/openai-responses/upstream.js";
import { FakeModel } from "./fake-model.js";
import { maskedLog } from "./masked-log.js";
import { cut, HAS_SHARED, recordings } from "./recordings.js";
import { renderStream } from "./render.js";

const SECRET = "jane.doe@example.com";
const model = new FakeModel();
let sdk: OpenAI;

before(async () => {
  sdk = new OpenAI({ baseURL: `${await model.listen()}/v1`, apiKey: "k", maxRetries: 0 });
});
after(() => model.close());

function asked(more: Record<string, string | boolean> = {}) {
  return responsesClient.parse(
    { model: "m", input: "hi", stream: true, ...more },
    { headers: {}, passFields: [] },
  );
}

type Json = Record<string, unknown>;

function body(events: readonly Json[]): string {
  return events
    .map(
      (event, index) =>
        `event: ${event["type"]}\ndata: ${JSON.stringify({ ...event, sequence_number: index })}\n\n`,
    )
    .join("");
}

const BASE = { id: "resp_1", object: "response", created_at: 1, model: "m", metadata: {}, tools: [] };

/** One stream that says the address in every channel, in pieces, and again in every copy. */
function planted(): string {
  const text = `Mail ${SECRET} now`;
  const json = JSON.stringify({ to: SECRET });
  const pieces = (whole: string) => [whole.slice(0, 9), whole.slice(9, 14), whole.slice(14)];
  const message = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    status: "completed",
    content: [
      {
        type: "output_text",
        text,
        annotations: [
          {
            type: "url_citation",
            url: `https://x.test/?q=${SECRET}`,
            title: SECRET,
            start_index: 5,
            end_index: 25,
          },
        ],
        logprobs: [],
      },
      { type: "refusal", refusal: text },
    ],
  };
  const reasoning = {
    id: "rs_1",
    type: "reasoning",
    summary: [{ type: "summary_text", text }],
    content: [{ type: "reasoning_text", text }],
    encrypted_content: "gAAAsealed",
  };
  const call = {
    id: "fc_1",
    type: "function_call",
    call_id: "call_1",
    name: "mail",
    arguments: json,
    status: "completed",
  };
  const custom = { id: "ctc_1", type: "custom_tool_call", call_id: "call_2", name: "note", input: text };
  const code = {
    id: "ci_1",
    type: "code_interpreter_call",
    code: text,
    container_id: "c",
    status: "completed",
    outputs: [{ type: "logs", logs: text }],
  };
  const shell = {
    id: "sh_1",
    type: "shell_call",
    call_id: "call_3",
    status: "completed",
    action: { commands: [text] },
  };
  const search = {
    id: "ws_1",
    type: "web_search_call",
    status: "completed",
    action: { type: "search", query: text, queries: [text] },
  };
  const unknown = {
    id: "zz_1",
    type: "brand_new_item",
    status: "completed",
    words: text,
    inner: { deep: [text] },
  };
  const output = [reasoning, message, call, custom, code, shell, search, unknown];
  const deltas = (type: string, at: Json, whole: string) =>
    pieces(whole).map((delta) => ({ type, ...at, delta, obfuscation: "xxxx" }));
  const added = (item: Json, index: number) => ({
    type: "response.output_item.added",
    output_index: index,
    item: {
      id: item["id"],
      type: item["type"],
      call_id: item["call_id"],
      name: item["name"],
      summary: [],
      content: [],
    },
  });
  const part = (item_id: string, ...[output_index, content_index, content]: [number, number, Json]) => ({
    type: "response.content_part.added",
    item_id,
    output_index,
    content_index,
    part: content,
  });
  const done = (item: Json, index: number) => ({
    type: "response.output_item.done",
    output_index: index,
    item,
  });
  return body([
    {
      type: "response.created",
      response: { ...BASE, status: "in_progress", output: [], instructions: `Write to ${SECRET}` },
    },
    added(reasoning, 0),
    {
      type: "response.reasoning_summary_part.added",
      item_id: "rs_1",
      output_index: 0,
      summary_index: 0,
      part: { type: "summary_text", text: "" },
    },
    ...deltas(
      "response.reasoning_summary_text.delta",
      { item_id: "rs_1", output_index: 0, summary_index: 0 },
      text,
    ),
    {
      type: "response.reasoning_summary_text.done",
      item_id: "rs_1",
      output_index: 0,
      summary_index: 0,
      text,
    },
    part("rs_1", 0, 0, { type: "reasoning_text", text: "" }),
    ...deltas("response.reasoning_text.delta", { item_id: "rs_1", output_index: 0, content_index: 0 }, text),
    done(reasoning, 0),
    added(message, 1),
    {
      type: "response.content_part.added",
      item_id: "msg_1",
      output_index: 1,
      content_index: 0,
      part: { type: "output_text", text: "", annotations: [] },
    },
    ...pieces(text).map((delta) => ({
      type: "response.output_text.delta",
      item_id: "msg_1",
      output_index: 1,
      content_index: 0,
      delta,
      logprobs: [
        {
          token: delta,
          logprob: -1,
          bytes: [...Buffer.from(delta)],
          top_logprobs: [{ token: SECRET, logprob: -2, bytes: [1] }],
        },
      ],
    })),
    {
      type: "response.output_text.annotation.added",
      item_id: "msg_1",
      output_index: 1,
      content_index: 0,
      annotation_index: 0,
      annotation: {
        type: "url_citation",
        url: `https://x.test/${SECRET}`,
        title: SECRET,
        start_index: 5,
        end_index: 25,
      },
    },
    {
      type: "response.output_text.done",
      item_id: "msg_1",
      output_index: 1,
      content_index: 0,
      text,
      logprobs: [{ token: text, logprob: -1, bytes: [...Buffer.from(text)], top_logprobs: [] }],
    },
    {
      type: "response.content_part.done",
      item_id: "msg_1",
      output_index: 1,
      content_index: 0,
      part: { type: "output_text", text, annotations: [] },
    },
    part("msg_1", 1, 1, { type: "refusal", refusal: "" }),
    ...deltas("response.refusal.delta", { item_id: "msg_1", output_index: 1, content_index: 1 }, text),
    { type: "response.refusal.done", item_id: "msg_1", output_index: 1, content_index: 1, refusal: text },
    done(message, 1),
    added(call, 2),
    ...deltas("response.function_call_arguments.delta", { item_id: "fc_1", output_index: 2 }, json),
    { type: "response.function_call_arguments.done", item_id: "fc_1", output_index: 2, arguments: json },
    done(call, 2),
    added(custom, 3),
    ...deltas("response.custom_tool_call_input.delta", { item_id: "ctc_1", output_index: 3 }, text),
    done(custom, 3),
    added(code, 4),
    ...deltas("response.code_interpreter_call_code.delta", { item_id: "ci_1", output_index: 4 }, text),
    done(code, 4),
    ...deltas("response.shell_call_command.delta", { output_index: 5, command_index: 0 }, text),
    { type: "response.shell_call_command.done", output_index: 5, command_index: 0, command: text },
    done(shell, 5),
    done(search, 6),
    ...deltas("response.brand_new.delta", { output_index: 7 }, text),
    { type: "response.brand_new.note", output_index: 7, said: text, whole: { words: [text] } },
    done(unknown, 7),
    {
      type: "response.completed",
      response: {
        ...BASE,
        status: "completed",
        output,
        output_text: text,
        instructions: `Write to ${SECRET}`,
      },
    },
  ]);
}

/** The helper of the SDK refuses events that are newer than it; its raw loop takes all. */
async function completed(): Promise<OpenAI.Responses.Response> {
  for await (const event of await sdk.responses.create({ model: "m", input: "hi", stream: true })) {
    if (event.type === "response.completed") return event.response;
  }
  throw new Error("The stream did not complete.");
}

/** Everything that a reader could put together from a stream. */
function readings(stream: string): string {
  const joined: Record<string, string> = {};
  for (const line of stream.split("\n")) {
    if (!line.startsWith("data: ")) continue;
    const event: Json = JSON.parse(line.slice(6));
    if (typeof event["delta"] !== "string") continue;
    const key = `${event["type"]} ${event["output_index"]} ${event["content_index"]}`;
    joined[key] = (joined[key] ?? "") + event["delta"];
  }
  return `${stream}\n${Object.values(joined).join("\n")}`;
}

describe("masking of Responses answers", () => {
  const source = planted();
  for (const seed of [0, 3, 11, 29]) {
    test(`leaks nothing from any channel or copy, cut with seed ${seed}`, async () => {
      const request = asked();
      const entries = maskedLog({ upstream: responsesUpstream, request, pieces: cut(source, seed) });
      const through = renderStream(responsesClient, request, entries);
      assert.doesNotMatch(readings(through), /jane|doe@|example\.com/);
      assert.doesNotMatch(JSON.stringify(entries), /jane|doe@|example\.com/);
      model.answer = { body: through };
      const final = await completed();
      assert.equal(final.status, "completed");
      assert.match(JSON.stringify(final.output), /Mail <EMAIL_ADDRESS> now/);
      const call = final.output.find((item) => item.type === "function_call");
      assert.deepEqual(JSON.parse(call?.arguments ?? ""), { to: "<EMAIL_ADDRESS>" });
    });
  }

  test("copies say what the deltas said, byte for byte", () => {
    const request = asked();
    const entries = maskedLog({ upstream: responsesUpstream, request, pieces: cut(source, 5) });
    const events = renderStream(responsesClient, request, entries)
      .split("\n")
      .filter((line) => line.startsWith("data: "))
      .map((line): Json => JSON.parse(line.slice(6)));
    const deltas = events
      .filter(({ type }) => type === "response.output_text.delta")
      .map(({ delta }) => delta);
    const done = events.find(({ type }) => type === "response.output_text.done");
    assert.equal(deltas.join(""), done?.["text"]);
    assert.equal(done?.["logprobs"], undefined);
  });

  test("takes the seal from reasoning whose text was masked, and keeps it otherwise", () => {
    const request = asked();
    const sealed = (entities: readonly string[]) =>
      renderStream(
        responsesClient,
        request,
        maskedLog({ upstream: responsesUpstream, request, pieces: cut(source, 5), entities }),
      ).includes("gAAAsealed");
    assert.equal(sealed(["pii/*"]), false);
    assert.equal(sealed(["CREDIT_CARD"]), true);
  });

  test("records no echo of the prompt, and gives the live client its own words back", () => {
    const instructions = `Write to ${SECRET}`;
    const request = asked({ instructions });
    const entries = maskedLog({
      upstream: responsesUpstream,
      request,
      pieces: cut(source, 5),
      entities: ["CREDIT_CARD"],
    });
    const outputs = entries.filter(({ type }) => type === "output");
    assert.doesNotMatch(JSON.stringify(outputs), /Write to/);
    const live = renderStream(responsesClient, request, entries);
    assert.equal(live.split(JSON.stringify(instructions)).length - 1, 2);
    assert.doesNotMatch(live, /sluice_echoes/);
    const replay = renderStream(responsesClient, null, entries);
    assert.equal(replay.split('"instructions":"(masked)"').length - 1, 2);
  });

  test("still streams text whose envelope may not be shown", () => {
    const request = asked();
    const event = { type: "response.output_text.delta", item_id: SECRET, output_index: 0, content_index: 0 };
    const pieces = [
      Buffer.from(
        body([
          { ...event, delta: "hello " },
          { ...event, delta: "there " },
        ]),
      ),
    ];
    const through = renderStream(
      responsesClient,
      request,
      maskedLog({ upstream: responsesUpstream, request, pieces }),
    );
    assert.match(through, /"delta":"hello/);
    assert.doesNotMatch(through, /jane/);
  });

  test("numbers frames from 0 without a gap, the same in every reading", () => {
    const request = asked();
    const entries = maskedLog({ upstream: responsesUpstream, request, pieces: cut(source, 5) });
    const numbers = (text: string) =>
      [...text.matchAll(/"sequence_number":(\d+)\}/g)].map(([, number]) => Number(number));
    const live = numbers(renderStream(responsesClient, request, entries));
    assert.deepEqual(live, [...live.keys()]);
    assert.deepEqual(numbers(renderStream(responsesClient, null, entries)), live);
  });
});

describe("recorded Responses streams through the whole built-in set", {
  skip: HAS_SHARED ? false : "the shared recordings are not here",
}, () => {
  test("have no false alarm in ids, names and envelopes", () => {
    const alarms: string[] = [];
    for (const recording of recordings("responses")) {
      if (recording.flags.includes("several_messages_in_one_body")) continue;
      const request = asked();
      for (const entry of maskedLog({
        upstream: responsesUpstream,
        request,
        pieces: cut(recording.body, 7),
      })) {
        const findings = entry.type === "chunk" || entry.type === "output" ? entry.findings : [];
        for (const { entity } of findings) {
          if (entity !== "URL" && entity !== "DATE_TIME") alarms.push(`${recording.id} ${entity}`);
        }
      }
    }
    assert.deepEqual([...new Set(alarms)], []);
  });

  test("leak nothing that was planted in every string of every event", () => {
    for (const [index, recording] of recordings("responses").entries()) {
      if (recording.flags.includes("several_messages_in_one_body") || index % 4 !== 0) continue;
      const events = recording.body.split(/\r?\n/).flatMap((line) => {
        if (!line.startsWith("data: {")) return [];
        const event: Json = JSON.parse(line.slice(6));
        return [plant(event, "")];
      });
      const request = asked();
      const pieces = events.map((event) => Buffer.from(`data: ${JSON.stringify(event)}\n\n`));
      const entries = maskedLog({
        upstream: responsesUpstream,
        request,
        pieces,
        entities: ["EMAIL_ADDRESS"],
      });
      const through = renderStream(responsesClient, request, entries);
      const last = entries.at(-1);
      const ending = recording.features.includes("error") ? "upstream_broken" : "complete";
      assert.equal(last?.type === "ended" && last.outcome, ending, recording.id);
      assert.match(through, /<EMAIL_ADDRESS>|response\.failed/);
      assert.doesNotMatch(readings(through), /jane\.doe@/, recording.id);
      assert.doesNotMatch(JSON.stringify(entries), /jane\.doe@/, recording.id);
    }
  });
});

/** Words by which events are told apart, and what passes unseen by design. */
const STRUCTURE = /^(?:type|object|status|id|item_id|encrypted_content|signature|result|call_id)$/;

function plant(value: unknown, key: string): unknown {
  if (typeof value === "string") return value === "" || STRUCTURE.test(key) ? value : `${value} ${SECRET} `;
  if (Array.isArray(value)) return value.map((entry) => plant(entry, key));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plant(member, name)]));
}
