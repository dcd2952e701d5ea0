/** What was whole before a stream broke is delivered, in whatever pieces it came, and the fault comes last. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DecodedEvent, Decoder } from "../../src/dialects/dialect.js";
import { upstreamDialects } from "../../src/dialects/index.js";
import type { DialectName } from "../../src/domain/entry.js";
import { simpleRequest } from "../support/simple-request.js";
import { streamedAnswer } from "../support/streams.js";
import { LIMITS } from "./identity-log.js";

const SAID = "One two é😀 three";
const PIECES = ["One ", "two ", "é😀", " three"];

/** A stream of each dialect whose last event, its end, is left out. */
const BODIES: Readonly<Partial<Record<DialectName, string>>> = {
  "openai-chat": withoutEnd(streamedAnswer("/chat/completions", PIECES), 2),
  "openai-completions": withoutEnd(streamedAnswer("/completions", PIECES), 2),
  "openai-responses": withoutEnd(streamedAnswer("/responses", PIECES), 4),
  "anthropic-messages": withoutEnd(streamedAnswer("/messages", PIECES), 3),
  gemini: PIECES.map(
    (text) =>
      `data: ${JSON.stringify({ candidates: [{ index: 0, content: { role: "model", parts: [{ text }] } }] })}\n\n`,
  ).join(""),
  ollama: PIECES.map(
    (content) => `${JSON.stringify({ model: "m", message: { role: "assistant", content }, done: false })}\n`,
  ).join(""),
};

/** What comes next, and what is wrong with it. */
const FAULTS: readonly (readonly [what: string, data: string, said: RegExp])[] = [
  ["an event that is no JSON", '{"choices":[{"index":0,', /not valid JSON/],
  ["an event that is no object", "[1]", /not a JSON object/],
  ["an event that is too long", `{"x":"${"x".repeat(LIMITS.eventBytes)}"}`, /longer than/],
];

function withoutEnd(body: string, events: number): string {
  return `${body.trimEnd().split("\n\n").slice(0, -events).join("\n\n")}\n\n`;
}

function framed(dialect: DialectName, data: string): string {
  return dialect === "ollama" ? `${data}\n` : `data: ${data}\n\n`;
}

function decoderOf(dialect: DialectName): Decoder {
  const upstream = upstreamDialects.get(dialect);
  assert.ok(upstream !== undefined);
  const request = simpleRequest(dialect);
  return upstream.streamDecoder({ request, limits: LIMITS, echo: new Map(), passFields: [] });
}

function read(dialect: DialectName, pieces: readonly Buffer[]) {
  const decoder = decoderOf(dialect);
  const events: DecodedEvent[] = [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.end()];
  const failed = events.flatMap((event) => (event.type === "failed" ? [event.error.message] : []));
  return {
    text: events.map((event) => (event.type === "delta" ? event.text : "")).join(""),
    failed,
    isLast: events.at(-1)?.type === "failed",
  };
}

for (const [dialect, body = ""] of Object.entries(BODIES) as [DialectName, string][]) {
  describe(dialect, () => {
    for (const [what, data, said] of FAULTS) {
      test(`text that stands before ${what} in one read is delivered`, () => {
        const bytes = Buffer.from(body + framed(dialect, data) + body);
        const { text, failed, isLast } = read(dialect, [bytes]);
        assert.equal(text, SAID);
        assert.equal(failed.length, 1);
        assert.match(failed[0] ?? "", said);
        assert.ok(isLast);
      });
    }

    test("the same is delivered wherever the body is cut in two", () => {
      const bytes = Buffer.from(body + framed(dialect, '{"a":') + body);
      const whole = read(dialect, [bytes]);
      for (let at = 1; at < bytes.length; at++) {
        assert.deepEqual(read(dialect, [bytes.subarray(0, at), bytes.subarray(at)]), whole, `cut at ${at}`);
      }
    });

    test("the same is delivered byte by byte", () => {
      const bytes = Buffer.from(body + framed(dialect, '{"a":') + body);
      const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
      assert.deepEqual(read(dialect, single), read(dialect, [bytes]));
    });

    test("a body that ends at any byte never looks whole, and what it said stands", () => {
      const bytes = Buffer.from(body);
      for (let at = 1; at < bytes.length; at++) {
        const decoder = decoderOf(dialect);
        const events = [...decoder.push(bytes.subarray(0, at)), ...decoder.end()];
        assert.ok(
          events.every(({ type }) => type !== "finished"),
          `cut at ${at}`,
        );
        const text = events.map((event) => (event.type === "delta" ? event.text : "")).join("");
        assert.ok(SAID.startsWith(text), `cut at ${at}: ${text}`);
      }
    });

    test("nothing comes after a fault", () => {
      const decoder = decoderOf(dialect);
      assert.equal(decoder.push(Buffer.from(framed(dialect, "{"))).at(-1)?.type, "failed");
      assert.deepEqual([...decoder.push(Buffer.from(body)), ...decoder.end()], []);
    });
  });
}

test("an event that breaks a rule in its middle is broken as a whole", () => {
  const event = {
    id: "x",
    choices: [
      { index: 0, delta: { content: "first" }, finish_reason: null },
      { index: 7, delta: { content: "of a choice that nobody asked for" }, finish_reason: null },
    ],
  };
  const bytes = Buffer.from((BODIES["openai-chat"] ?? "") + framed("openai-chat", JSON.stringify(event)));
  const { text, failed } = read("openai-chat", [bytes]);
  assert.equal(text, SAID);
  assert.equal(failed.length, 1);
});
