import type { Entry } from "../../src/domain/entry.js";
import { ERROR_CODES } from "../../src/domain/errors.js";
import fc from "../support/seeded-check.js";

const seq = fc.integer({ min: 1, max: 2 ** 32 - 1 });
const small = fc.integer({ min: 0, max: 100_000 });
const offsetUs = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 ** 44 }));
const time = fc.integer({ min: 0, max: 4e12 });
const word = fc.string({ maxLength: 12 });
const some = fc.string({ unit: "grapheme", maxLength: 40 });
const named = fc.record({ issuer: word, subject: word });
const position = { seq, offsetUs };
const finding = fc.record({
  entity: word,
  detector: word,
  start: small,
  end: small,
  action: fc.constantFrom("mask" as const, "observe" as const, "cut" as const),
});
const channel = fc.record({
  id: small,
  kind: fc.constantFrom("text" as const, "reasoning" as const, "tool_arguments" as const, "other" as const),
  choice: small,
  index: small,
  toolCallId: fc.option(word),
  toolName: fc.option(word),
  syntax: fc.constant("text" as const),
});
const count = fc.option(small);
const item = fc.oneof(
  fc.record({
    type: fc.constant("message" as const),
    choice: small,
    role: word,
    responseId: fc.option(word),
    model: fc.option(word),
    createdS: fc.option(small),
  }),
  fc.record({ type: fc.constant("channel" as const), channel }),
  fc.record({ type: fc.constant("channel_closed" as const), channel: small }),
  fc.record({
    type: fc.constant("finish" as const),
    choice: small,
    reason: fc.constant("stop" as const),
    native: word,
  }),
  fc.record({
    type: fc.constant("usage" as const),
    usage: fc.record({
      promptTokens: count,
      completionTokens: count,
      totalTokens: count,
      reasoningTokens: count,
      cachedTokens: count,
    }),
  }),
);
const vote = fc.record({
  by: named,
  verdict: fc.constantFrom("approve" as const, "reject" as const),
  reason: some,
  atMs: time,
});
const error = fc.record({
  code: fc.constantFrom(...ERROR_CODES),
  message: some,
  details: fc.record(
    { policy: word, rule: word, field: word, approval: word, retryAfterMs: small, upstreamStatus: small },
    { requiredKeys: [] },
  ),
});

/** Any entry that a log may hold. */
export const anyEntry: fc.Arbitrary<Entry> = fc.oneof(
  { arbitrary: chunkWith(fc.array(finding, { maxLength: 2 }), fc.option(some)), weight: 4 },
  { arbitrary: chunkWith(fc.constant([]), fc.constant(null)), weight: 4 },
  fc.record({
    type: fc.constant("opened" as const),
    session: word,
    openedAtMs: time,
    principal: fc.record({
      issuer: word,
      subject: word,
      groups: fc.array(word),
      team: fc.option(word),
      tenant: word,
    }),
    connection: word,
    model: word,
    dialect: fc.constant("sluice" as const),
    frontEnd: fc.constant("grpc" as const),
    stream: fc.boolean(),
    request: some,
    requestDigest: word,
    conversation: fc.option(word),
    labels: fc.dictionary(word, word, { maxKeys: 3 }),
    ...position,
  }),
  fc.record({
    type: fc.constant("decided" as const),
    effect: fc.constantFrom("allow" as const, "deny" as const, "review" as const),
    reasons: fc.array(
      fc.record({ policy: word, rule: word, effect: fc.constant("mask" as const), message: fc.option(some) }),
    ),
    policyVersion: word,
    obligations: word,
    atRelease: fc.boolean(),
    ...position,
  }),
  fc.record({
    type: fc.constant("review_requested" as const),
    approval: word,
    policy: word,
    rule: word,
    reviewers: fc.array(word),
    approvalsNeeded: small,
    expiresAtMs: time,
    ...position,
  }),
  fc.record({
    type: fc.constant("review_decided" as const),
    approval: word,
    outcome: fc.constant("approved" as const),
    votes: fc.array(vote, { maxLength: 2 }),
    ...position,
  }),
  fc.record({
    type: fc.constant("upstream_opened" as const),
    connection: word,
    model: word,
    dialect: fc.constant("openai-chat" as const),
    approval: fc.option(word),
    ...position,
  }),
  fc.record({
    type: fc.constant("output" as const),
    items: fc.array(item, { maxLength: 3 }),
    event: fc.option(word),
    native: fc.option(word),
    findings: fc.constant([]),
    ...position,
  }),
  fc.record({
    type: fc.constant("segment" as const),
    cause: fc.constantFrom("review" as const, "restart" as const),
    atMs: time,
    ...position,
  }),
  fc.record({
    type: fc.constant("ended" as const),
    error: fc.option(error),
    outcome: fc.constantFrom("complete" as const, ...ERROR_CODES),
    by: fc.option(named),
    reason: fc.option(some),
    totals: fc.record({
      chunks: small,
      characters: small,
      findings: fc.dictionary(word, small, { maxKeys: 3 }),
      usage: fc.constant(null),
      firstChunkUs: fc.option(small),
    }),
    ...position,
  }),
  fc.record({
    type: fc.constant("template" as const),
    template: small,
    event: fc.option(word),
    before: word,
    middle: fc.option(word),
    after: word,
    ...position,
  }),
);

function chunkWith(
  findings: fc.Arbitrary<Extract<Entry, { type: "chunk" }>["findings"]>,
  logprobs: fc.Arbitrary<string | null>,
): fc.Arbitrary<Entry> {
  return fc.record({
    type: fc.constant("chunk" as const),
    channel: fc.oneof(fc.constant(0), small),
    text: fc.oneof(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }),
      fc.string({ unit: "binary", minLength: 1, maxLength: 300 }),
    ),
    template: fc.integer({ min: -1, max: 9 }),
    logprobs,
    findings,
    ...position,
  });
}
