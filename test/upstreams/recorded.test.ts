import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DecodedEvent } from "../../src/dialects/dialect.js";
import { clientDialects, upstreamDialects } from "../../src/dialects/index.js";
import type { DialectName } from "../../src/domain/entry.js";
import { httpUpstream } from "../support/http-upstream.js";
import {
  type RecordedStream,
  recordedStreams,
  startRecordedUpstream,
  streamsFolder,
} from "../support/recorded-upstream.js";
import { simpleRequest } from "../support/simple-request.js";
import { allowedCall, type Outcome, runCall } from "../support/upstream-call.js";

const KINDS: readonly (readonly [string, DialectName])[] = [
  ["chat.completions", "openai-chat"],
  ["completions", "openai-completions"],
  ["responses", "openai-responses"],
  ["messages", "anthropic-messages"],
];
const SEEDS = [1, 2];
const LIMITS = {
  eventBytes: 4 * 1024 * 1024,
  totalBytes: 64 * 1024 * 1024,
  choices: 128,
  channels: 4_096,
  jsonDepth: 64,
};

const folder = streamsFolder();

for (const [kind, dialect] of KINDS) {
  const speaks = upstreamDialects.has(dialect) && clientDialects.has(dialect);
  const skip =
    folder === null ? "no recordings beside the checkout" : speaks ? false : `${dialect} is not there yet`;
  describe(`recorded streams (${kind}), cut at random places`, { skip, timeout: 120_000 }, () => {
    for (const stream of folder === null || !speaks ? [] : recordedStreams(folder, kind)) {
      it(`come through whole: ${stream.id}`, () => comesThrough(stream, dialect));
    }
  });
}

async function comesThrough(stream: RecordedStream, name: DialectName): Promise<void> {
  const dialect = upstreamDialects.get(name);
  assert.ok(dialect !== undefined);
  const choices = stream.request?.["n"];
  const request = simpleRequest(name, typeof choices === "number" ? { n: choices } : {});
  const outcomes: Outcome[] = [];
  for (const cuts of [null, ...SEEDS]) {
    const server = await startRecordedUpstream(() => ({ body: stream.body, cuts }));
    const upstream = httpUpstream(server.url, { dialect, limits: LIMITS });
    outcomes.push(await runCall(upstream, allowedCall({ request })));
    await upstream.close();
    await server.close();
  }
  const [whole, ...cut] = outcomes;
  assert.ok(whole !== undefined);
  for (const outcome of cut) assert.equal(outcome.error?.code, whole.error?.code);
  if (whole.error !== null) {
    assert.ok(mayBreak(stream), whole.error.message);
    return;
  }
  for (const outcome of cut) assert.deepEqual(outcome.events, whole.events);
  const texts = Object.entries(stream.expect.text ?? {});
  if (stream.meta.kind.endsWith("completions")) {
    for (const [choice, expected] of texts) assert.equal(said(whole.events, Number(choice)), expected);
  } else {
    // These kinds have one choice; the keys are places inside it (`2`, `2.0`), in the order of the text.
    const places = texts.map(([place, text]) => [Number(place.split(".")[0]), text] as const);
    const expected = places.sort(([a], [b]) => a - b).map(([, text]) => text);
    assert.equal(said(whole.events, 0), expected.join(""));
  }
}

/** Some recordings are no whole answer: an error in the stream, or two answers written one after another. */
function mayBreak(stream: RecordedStream): boolean {
  if (stream.meta.features.includes("error")) return true;
  if (stream.meta.flags.includes("several_messages_in_one_body")) return true;
  const ids = new Set([...stream.body.matchAll(/"id": ?"(chatcmpl-[^"]+)"/g)].map((match) => match[1]));
  return ids.size > 1;
}

function said(events: readonly DecodedEvent[], choice: number): string {
  return events
    .map((event) =>
      event.type === "delta" && event.channel.kind === "text" && event.channel.choice === choice
        ? event.text
        : "",
    )
    .join("");
}
