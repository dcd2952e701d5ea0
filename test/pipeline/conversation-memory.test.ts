import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import type { PrincipalName } from "../../src/domain/principal.js";
import { ConversationMemory, type MemoryLimits, type Turn } from "../../src/pipeline/conversation-memory.js";
import fc from "../support/seeded-check.js";

const JANE: PrincipalName = { issuer: "https://login.example", subject: "jane" };
const EVE: PrincipalName = { issuer: "https://login.example", subject: "eve" };

const memoryOf = (limits: Partial<MemoryLimits> = {}): ConversationMemory =>
  new ConversationMemory({ randomBytes: (count) => randomBytes(count), limits });

function turn(responseId: string, previous: string | null = null, text = responseId): Turn {
  const input = [{ type: "message", role: "user", content: `asked ${text}` }];
  return { responseId, previous, input, output: [{ type: "message", id: `msg_${responseId}`, text }] };
}

const texts = (memory: ConversationMemory, id: string): unknown =>
  memory.upTo(JANE, id)?.map(({ content, text }) => content ?? text);

describe("conversation memory", () => {
  test("gives every turn up to a response, in order, and branches", () => {
    const memory = memoryOf();
    for (const [id, previous] of [
      ["a", null],
      ["b", "a"],
      ["c", "a"],
    ] as const)
      memory.remember(JANE, turn(id, previous));
    assert.deepEqual(texts(memory, "b"), ["asked a", "a", "asked b", "b"]);
    assert.deepEqual(texts(memory, "c"), ["asked a", "a", "asked c", "c"]);
    assert.equal(memory.item(JANE, "msg_b")?.["text"], "b");
  });

  test("knows nothing of one caller for another", () => {
    const memory = memoryOf();
    memory.remember(JANE, turn("a"));
    assert.equal(memory.upTo(EVE, "a"), null);
    assert.equal(memory.item(EVE, "msg_a"), null);
    assert.equal(memory.forget(EVE, "a"), false);
    memory.remember(EVE, turn("b", "a"));
    assert.equal(memory.upTo(EVE, "b"), null);
  });

  test("a provider that uses an id again makes no circle", () => {
    const memory = memoryOf();
    memory.remember(JANE, turn("a", null, "first"));
    memory.remember(JANE, turn("a", "a", "second"));
    assert.deepEqual(texts(memory, "a"), ["asked first", "first", "asked second", "second"]);
  });

  test("a conversation whose beginning is gone is not known", () => {
    const memory = memoryOf();
    memory.remember(JANE, turn("a"));
    memory.remember(JANE, turn("b", "a"));
    assert.equal(memory.forget(JANE, "a"), true);
    assert.equal(memory.upTo(JANE, "b"), null);
  });

  test("holds its limits whatever comes, and one caller's turns push out none of another's", () => {
    const limits = { bytes: 6000, bytesPerCaller: 2500, responses: 25 };
    const events = fc.array(fc.tuple(fc.constantFrom("jane", "eve"), fc.nat(30), fc.nat(3000)), {
      maxLength: 80,
    });
    fc.assert(
      fc.property(events, (asked) => {
        const memory = memoryOf(limits);
        memory.remember({ ...JANE, subject: "first" }, turn("kept"));
        for (const [subject, id, size] of asked) {
          memory.remember({ ...JANE, subject }, turn(`r${id}`, null, "x".repeat(size)));
          assert.ok(memory.bytes <= limits.bytes && memory.size <= limits.responses);
        }
        const roomForAll = asked.length < limits.responses;
        if (roomForAll) assert.notEqual(memory.upTo({ ...JANE, subject: "first" }, "kept"), null);
      }),
      { numRuns: 100 },
    );
  });

  test("keeps what is gone on from longer than what is not", () => {
    const memory = memoryOf({ responses: 3 });
    for (const id of ["a", "b", "c"]) memory.remember(JANE, turn(id));
    memory.upTo(JANE, "a");
    memory.remember(JANE, turn("d"));
    assert.notEqual(memory.upTo(JANE, "a"), null);
    assert.equal(memory.upTo(JANE, "b"), null);
  });
});
