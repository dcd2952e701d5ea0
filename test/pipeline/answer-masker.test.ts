import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DecodedEvent, Template } from "../../src/dialects/dialect.js";
import type { Channel } from "../../src/domain/channel.js";
import type { EntryBody } from "../../src/domain/entry.js";
import { SluiceError } from "../../src/domain/errors.js";
import type { MaskRule } from "../../src/domain/obligation.js";
import { Masking } from "../../src/masking/masking.js";
import { PseudonymTable } from "../../src/masking/pseudonyms.js";
import { builtInDetectors } from "../../src/patterns/detectors/index.js";
import { validators } from "../../src/patterns/validators/index.js";
import { AnswerMasker } from "../../src/pipeline/answer-masker.js";

const masking = Masking.create({ detectors: builtInDetectors, validators });
const TEMPLATE: Template = { event: null, before: '{"t":', middle: null, after: "}", tokens: [] };

function channel(id: number, rest: Partial<Channel> = {}): Channel {
  return { id, kind: "text", choice: 0, index: 0, toolCallId: null, toolName: null, syntax: "text", ...rest };
}

function masker(action: MaskRule["action"] = "mask", keepsCopies = false): AnswerMasker {
  return new AnswerMasker({
    plan: masking.plan([{ entities: ["EMAIL_ADDRESS", "CREDIT_CARD"], action }]),
    scope: { hashKey: new Uint8Array(32), pseudonyms: new PseudonymTable() },
    jsonText: false,
    keepsCopies,
    maxCopyChars: 1000,
  });
}

function delta(to: Channel, text: string): DecodedEvent {
  return { type: "delta", channel: to, text, template: TEMPLATE, logprobs: null };
}

function output(rest: Partial<Extract<DecodedEvent, { type: "output" }>>): DecodedEvent {
  return {
    type: "output",
    items: [],
    event: null,
    native: null,
    slots: [],
    flush: "none",
    dropIfMasked: [],
    ...rest,
  };
}

function texts(bodies: readonly EntryBody[], id: number): string {
  return bodies.map((body) => (body.type === "chunk" && body.channel === id ? body.text : "")).join("");
}

describe("masking an answer", () => {
  it("masks each channel by itself, however they interleave", () => {
    const [a, b] = [channel(0), channel(1, { choice: 1 })];
    const { bodies } = masker().take([
      delta(a, "to jane@ex"),
      delta(b, "to bob@ex"),
      delta(a, "ample.com ok"),
      delta(b, "ample.org ok"),
      { type: "finished" },
    ]);
    assert.equal(texts(bodies, 0), "to <EMAIL_ADDRESS> ok");
    assert.equal(texts(bodies, 1), "to <EMAIL_ADDRESS> ok");
  });

  it("releases what a channel holds before the event that ends it", () => {
    const one = channel(0);
    const { bodies } = masker().take([
      delta(one, "mail jane@example.co"),
      output({
        native: { done: true },
        flush: [0],
        items: [{ type: "finish", choice: 0, reason: "stop", native: "stop" }],
      }),
    ]);
    const kinds = bodies.map(({ type }) => type);
    assert.equal(texts(bodies, 0), "mail <EMAIL_ADDRESS>");
    assert.ok(kinds.lastIndexOf("chunk") < kinds.lastIndexOf("output"));
  });

  it("makes no chunk of an event that releases nothing, and writes a template once", () => {
    const one = channel(0);
    const { bodies } = masker().take([
      delta(one, "a"),
      delta(one, " b "),
      delta(one, "c "),
      { type: "finished" },
    ]);
    assert.ok(bodies.every((body) => body.type !== "chunk" || body.text !== ""));
    assert.equal(bodies.filter(({ type }) => type === "template").length, 1);
  });

  it("gives the place of a placeholder in the chunk, never what it replaced", () => {
    const { bodies } = masker().take([delta(channel(0), "x jane@example.com y"), { type: "finished" }]);
    const chunk = bodies.find((body) => body.type === "chunk" && body.findings.length > 0);
    assert.ok(chunk?.type === "chunk");
    const [finding] = chunk.findings;
    assert.equal(chunk.text.slice(finding?.start, finding?.end), "<EMAIL_ADDRESS>");
    assert.ok(!JSON.stringify(bodies).includes("jane"));
  });

  it("rebuilds a copy from what was released, and masks text that stands only there", () => {
    const one = channel(0);
    const { bodies } = masker("mask", true).take([
      delta(one, "to jane@example.com"),
      output({
        native: { text: "to jane@example.com", note: "card 4111 1111 1111 1111", offset: 3 },
        slots: [
          { path: ["text"], mode: "copy", channel: 0, syntax: "text" },
          { path: ["note"], mode: "whole", channel: null, syntax: "text" },
        ],
        flush: "all",
        dropIfMasked: [{ path: ["offset"], channels: [0] }],
      }),
    ]);
    const last = bodies.at(-1);
    assert.ok(last?.type === "output");
    assert.deepEqual(JSON.parse(last.native ?? ""), {
      text: "to <EMAIL_ADDRESS>",
      note: "card <CREDIT_CARD>",
    });
  });

  it("cuts at the first character of a match and releases nothing after it", () => {
    const { bodies, failure } = masker("cut").take([
      delta(channel(0), "mail jane@example.com and more"),
      { type: "finished" },
    ]);
    assert.equal(failure?.code, "policy_denied");
    assert.equal(texts(bodies, 0), "mail ");
  });

  it("keeps what came before a failure and lets go of nothing that was held", () => {
    const broken = new SluiceError("upstream_broken", "torn");
    const { bodies, failure } = masker().take([
      delta(channel(0), "fine. jane@exam"),
      { type: "failed", error: broken },
    ]);
    assert.equal(failure, broken);
    assert.equal(texts(bodies, 0), "fine. ");
  });

  it("refuses text on a channel that has ended", () => {
    const one = channel(0);
    const { failure } = masker().take([delta(one, "a"), output({ flush: [0] }), delta(one, "b")]);
    assert.equal(failure?.code, "upstream_broken");
  });

  it("masks the name of a tool", () => {
    const tool = channel(0, {
      kind: "tool_arguments",
      syntax: "json",
      toolName: "mail jane@example.com",
      toolCallId: "call_1",
    });
    const { bodies } = masker().take([output({ items: [{ type: "channel", channel: tool }] })]);
    assert.ok(!JSON.stringify(bodies).includes("jane@"));
  });
});
