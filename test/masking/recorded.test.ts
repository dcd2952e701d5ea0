import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Masking } from "../../src/masking/masking.js";
import type { ChannelKind } from "../../src/masking/masking-plan.js";
import { builtInDetectors } from "../../src/patterns/detectors/index.js";
import { validators } from "../../src/patterns/validators/index.js";
import { streamsFolder } from "../support/recorded-upstream.js";
import { SCOPE, stream } from "./fuzz.js";

interface RecordedChannel {
  readonly file: string;
  readonly kind: ChannelKind;
  readonly text: string;
}

const folder = streamsFolder();
const skip = folder === null ? "no recorded streams here" : false;
const channels = folder === null ? [] : readdirSync(folder).flatMap((file) => channelsOf(folder, file));

const detectors = builtInDetectors.filter(
  ({ id, entity }) => !id.startsWith("optional/") && entity !== "URL" && entity !== "DATE_TIME",
);
const plan = Masking.create({ detectors, validators }).plan([
  { entities: detectors.map(({ id }) => id), action: "mask" },
]);

const CARD = 4111111111111111;
const TOKEN = `ghp_${"a1B2c3".repeat(6)}`;
const PLANTED: readonly (readonly [value: string, placeholder: string])[] = [
  ["jane.doe@corp-example.com", "<EMAIL_ADDRESS>"],
  ["4111 1111 1111 1111", "<CREDIT_CARD>"],
  [TOKEN, "<GITHUB_TOKEN>"],
];
/** Channels up to this length are cut at every place, longer ones at some. */
const SHORT_CHARS = 400;

/** Every text, reasoning and tool argument that the recording is said to carry. */
function channelsOf(directory: string, file: string): readonly RecordedChannel[] {
  if (!file.startsWith("c-") || !file.endsWith(".json")) return [];
  const { expect } = JSON.parse(readFileSync(join(directory, file), "utf8"));
  const texts: unknown[] = [...Object.values(expect.text ?? {}), expect.reasoning];
  const calls: unknown[] = (expect.toolCalls ?? []).map((call: { readonly arguments?: unknown }) =>
    typeof call.arguments === "object" ? JSON.stringify(call.arguments) : call.arguments,
  );
  const channel = (kind: ChannelKind) => (text: unknown) =>
    typeof text === "string" && text !== "" ? [{ file, kind, text }] : [];
  return [...texts.flatMap(channel("text")), ...calls.flatMap(channel("json"))];
}

/** The text in two pieces, cut at every place, or at some where it is long; and unit by unit. */
function* cutResults(text: string, kind: ChannelKind): Generator<string> {
  yield stream(plan.open(kind, SCOPE), text, [1]);
  const step = text.length <= SHORT_CHARS ? 1 : Math.ceil(text.length / 7);
  for (let at = 1; at < text.length; at += step) {
    const masker = plan.open(kind, SCOPE);
    yield masker.feed(text.slice(0, at)) + masker.feed(text.slice(at)) + masker.end();
  }
}

function objectIn(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

test("masks nothing in what models really wrote", { skip }, () => {
  assert.ok(channels.reduce((sum, { text }) => sum + text.length, 0) > 60_000);
  const alarms = channels.flatMap(({ file, kind, text }) =>
    plan
      .maskWhole(text, SCOPE, kind)
      .regions.map(({ detector, inputStart, inputEnd }) => [
        file,
        detector,
        text.slice(inputStart, inputEnd),
      ]),
  );
  assert.deepEqual(alarms, []);
});

test("finds what is planted into texts and reasoning, wherever they are cut", { skip }, () => {
  channels.forEach(({ file, kind, text }, index) => {
    if (kind !== "text") return;
    const [value, placeholder] = PLANTED[index % PLANTED.length] ?? ["", ""];
    const blank = text.indexOf(" ", text.length >> 1);
    const places = [`${value}\n${text}`, `${text}\n${value}`];
    if (blank > 0) places.push(`${text.slice(0, blank)} ${value}${text.slice(blank)}`);
    for (const planted of places) {
      const expected = planted.replace(value, placeholder);
      for (const masked of cutResults(planted, kind)) assert.equal(masked, expected, file);
    }
  });
});

test("finds what is planted into tool arguments, in keys, strings, numbers and documents in strings", {
  skip,
}, () => {
  let planted = 0;
  channels.forEach(({ file, kind, text }, index) => {
    const original = kind === "json" ? objectIn(text) : null;
    if (original === null) return;
    planted++;
    const [value, placeholder] = PLANTED[index % PLANTED.length] ?? ["", ""];
    const withValues = (each: string, card: unknown): string =>
      JSON.stringify({
        ...original,
        [each]: [each, card, { note: `see ${each}.` }],
        body: JSON.stringify({ to: each, card }),
      });
    const expected = JSON.parse(withValues(placeholder, "<CREDIT_CARD>"));
    for (const masked of cutResults(withValues(value, CARD), kind)) {
      assert.deepEqual(JSON.parse(masked), expected, file);
    }
  });
  assert.ok(planted > 20, `${planted} calls`);
});
