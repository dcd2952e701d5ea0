/**
 * Speed of the masking engine, in one run: tokens of a real tokenizer through a warm masker, beside
 * the native regular expressions of the same rules over a window of 256 characters.
 *
 *   node --import tsx --expose-gc test/bench/masking-speed.ts [--quick] [--prototype FOLDER]
 *
 * With `--prototype` the first engine, built as a study with rules of its own, reads the same tokens in turn.
 * Times are taken by the clock and by the processor; the lesser counts, so that other processes do not.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { decodeGenerator, encode } from "gpt-tokenizer/encoding/o200k_base";
import { Masking } from "../../src/masking/masking.js";
import type { MaskingPlan } from "../../src/masking/masking-plan.js";
import { PseudonymTable } from "../../src/masking/pseudonyms.js";
import type { StreamMasker } from "../../src/masking/stream-masker.js";
import type { Detector } from "../../src/patterns/detector.js";
import { builtInDetectors } from "../../src/patterns/detectors/index.js";
import { validators } from "../../src/patterns/validators/index.js";

const SCOPE = { hashKey: new Uint8Array(32), pseudonyms: new PseudonymTable() };
const QUICK = process.argv.includes("--quick");
const ROUNDS = QUICK ? 3 : 7;
/** Reads until the automaton and the machine code are as they will be. */
const WARM_ROUNDS = 6;

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** A small deterministic generator, so that runs can be compared. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function markdownFiles(directory: string, depth: number, into: string[]): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (into.length >= 400) return;
    const path = join(directory, entry.name);
    if (entry.isDirectory() && depth > 0) markdownFiles(path, depth - 1, into);
    else if (entry.isFile() && entry.name.endsWith(".md") && statSync(path).size < 60_000)
      into.push(readFileSync(path, "utf8"));
  }
}

/** Running English: the paragraphs of the markdown files, without lists, code and links. */
function proseOf(markdown: readonly string[]): string {
  const paragraphs = markdown
    .join("\n\n")
    .split(/\n\s*\n/)
    .filter((text) => /^[A-Z][a-z]/.test(text) && text.length > 80 && !/[`|<>{}[\]*_#=$\\/@]/.test(text));
  return paragraphs.join("\n\n");
}

const random = randomOf(7);
const pick = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)];

function withFindings(text: string, detectors: readonly Detector[]): string {
  let mixed = "";
  for (let at = 0; at < text.length; ) {
    let end = text.indexOf(" ", at + 300 + Math.floor(random() * 200));
    if (end < 0) end = text.length;
    mixed += `${text.slice(at, end)} ${pick(pick(detectors)?.examples ?? []) ?? ""}`;
    at = end;
  }
  return mixed;
}

function tokensOf(text: string): readonly string[] {
  return [...decodeGenerator(encode(text))].filter((token) => token !== "");
}

/** Milliseconds since, by the clock or by the processor, whichever says less. */
function stopwatch(): () => number {
  const used = process.cpuUsage();
  const start = performance.now();
  return () => {
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage(used);
    return Math.min(wall, (user + system) / 1e3);
  };
}

type Feeder = Pick<StreamMasker, "feed" | "end">;

function nanosPerToken(open: () => Feeder, tokens: readonly string[]): number {
  const masker = open();
  const watch = stopwatch();
  for (const token of tokens) masker.feed(token);
  masker.end();
  return (watch() * 1e6) / tokens.length;
}

/** What a gateway without an automaton does: every rule again over the last 256 characters. */
function nanosNative(detectors: readonly Detector[], tokens: readonly string[]): number {
  const patterns = detectors.map((each) => new RegExp(each.pattern, each.ignoreCase === true ? "gi" : "g"));
  let window = "";
  let found = 0;
  const watch = stopwatch();
  for (const token of tokens) {
    window = (window + token).slice(-256);
    for (const pattern of patterns) {
      pattern.lastIndex = 0;
      if (pattern.test(window)) found++;
    }
  }
  const nanos = (watch() * 1e6) / tokens.length;
  return found < 0 ? 0 : nanos;
}

/** The masker of the study in `--prototype`, or null where there is none to compare with. */
async function prototypeMasker(): Promise<(() => Feeder) | null> {
  const at = process.argv.indexOf("--prototype");
  if (at < 0) return null;
  const folder = process.argv[at + 1] ?? "";
  try {
    const engines = await import(pathToFileURL(join(folder, "src/tdfa.mjs")).href);
    const known = await import(pathToFileURL(join(folder, "src/rules.mjs")).href);
    const rules = [...known.PII, ...known.secrets().rules];
    const engine = new engines.Engine(rules, { maxStates: 60_000 });
    console.log(`prototype: ${rules.length} rules of its own`);
    return () => new engines.Masker(engine);
  } catch (cause) {
    console.log(`prototype: left out, ${cause instanceof Error ? cause.message : "it does not load"}`);
    return null;
  }
}

/** Milliseconds that the slowest token took. */
function worstToken(masker: Feeder, tokens: Iterable<string>): number {
  let worst = 0;
  for (const token of tokens) {
    const watch = stopwatch();
    masker.feed(token);
    worst = Math.max(worst, watch());
  }
  return worst;
}

function report(
  name: string,
  plan: MaskingPlan,
  from: {
    readonly tokens: readonly string[];
    readonly detectors: readonly Detector[];
    readonly rival: (() => Feeder) | null;
  },
): void {
  const { tokens, detectors, rival } = from;
  for (let round = 0; round < WARM_ROUNDS; round++) {
    nanosPerToken(() => plan.open("text", SCOPE), tokens);
    if (rival !== null) nanosPerToken(rival, tokens);
  }
  const ours: number[] = [];
  const theirs: number[] = [];
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const mine = nanosPerToken(() => plan.open("text", SCOPE), tokens);
    const native = nanosNative(detectors, tokens.slice(round * 200, round * 200 + 200));
    if (rival !== null) theirs.push(nanosPerToken(rival, tokens));
    ours.push(mine);
    ratios.push(native / mine);
  }
  const chars = tokens.reduce((sum, token) => sum + token.length, 0);
  console.log(
    `${name}: ${tokens.length} tokens of ${(chars / tokens.length).toFixed(1)} characters, ` +
      `${median(ours).toFixed(0)} ns per token (${Math.min(...ours).toFixed(0)}-${Math.max(...ours).toFixed(0)}), ` +
      `native window ${median(ratios).toFixed(0)} times slower` +
      (rival === null
        ? ""
        : `, prototype ${median(theirs).toFixed(0)} ns (${Math.min(...theirs).toFixed(0)}-${Math.max(...theirs).toFixed(0)})`),
  );
}

function holdBack(plan: MaskingPlan, text: string): number {
  const masker = plan.open("text", SCOPE);
  let held = 0;
  for (let at = 0; at < text.length; at++) {
    masker.feed(text.charAt(at));
    held += masker.held;
  }
  return held / text.length;
}

function* pieces(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += 4) yield text.slice(at, at + 4);
}

function adversarial(plan: MaskingPlan): void {
  const alphabets: Readonly<Record<string, string>> = {
    digits: "0123456789 -.",
    hex: "0123456789abcdefABCDEF",
    tokens: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-",
    mixed: "a1@.-_:/=\"' \n%&\\*`#+~",
    words: "key token secret password api = : \" ' 0123456789abcdef",
  };
  for (const [name, alphabet] of Object.entries(alphabets)) {
    const text = Array.from(
      { length: QUICK ? 100_000 : 300_000 },
      () => alphabet[Math.floor(random() * alphabet.length)],
    ).join("");
    const masker = plan.open("text", SCOPE);
    const watch = stopwatch();
    const worst = worstToken(masker, pieces(text));
    masker.end();
    console.log(
      `adversarial ${name}: ${((watch() * 1e3) / text.length).toFixed(2)} us per character, worst token ${worst.toFixed(2)} ms`,
    );
  }
}

/** What text costs that was never read before: states are still built for it. */
function firstReading(plan: MaskingPlan, tokens: readonly string[]): void {
  const part = Math.ceil(tokens.length / 8);
  const nanos = Array.from({ length: 8 }, (_, index) =>
    nanosPerToken(() => plan.open("text", SCOPE), tokens.slice(index * part, (index + 1) * part)),
  );
  console.log(
    `markdown read for the first time, by eighths of ${tokens.length} tokens: ${nanos.map((each) => each.toFixed(0)).join(" ")} ns per token`,
  );
}

function idleBytes(plan: MaskingPlan): number {
  const count = 20_000;
  const maskers: StreamMasker[] = [];
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < count; index++) {
    const masker = plan.open("text", SCOPE);
    masker.feed("Hello, ");
    maskers.push(masker);
  }
  globalThis.gc?.();
  const bytes = (process.memoryUsage().heapUsed - before) / count;
  return maskers.length === count ? bytes : 0;
}

function interleaved(plan: MaskingPlan, tokens: readonly string[]): number {
  const maskers = Array.from({ length: 10_000 }, () => plan.open("text", SCOPE));
  const watch = stopwatch();
  let fed = 0;
  for (let turn = 0; turn < (QUICK ? 10 : 40); turn++) {
    maskers.forEach((masker, index) => {
      masker.feed(tokens[(index * 37 + turn) % tokens.length] ?? "");
      fed++;
    });
  }
  return (watch() * 1e6) / fed;
}

const detectors = builtInDetectors.filter(({ id }) => !id.startsWith("optional/"));
const compileStart = performance.now();
const masking = Masking.create({ detectors, validators });
const plan = masking.plan([{ entities: detectors.map(({ id }) => id), action: "mask" }]);
const compiled = performance.now();
const cold = nanosPerToken(
  () => plan.open("text", SCOPE),
  tokensOf("The first tokens of a cold automaton, one after the other, as they come."),
);
const warmStart = performance.now();
masking.warmUp(plan);
console.log(
  `${plan.rulesActive} rules, compiled in ${(compiled - compileStart).toFixed(0)} ms, cold ${(cold / 1e3).toFixed(0)} us per token, warm-up ${(performance.now() - warmStart).toFixed(0)} ms`,
);
const files: string[] = [];
markdownFiles("node_modules", 3, files);
const size = QUICK ? 300_000 : 1_000_000;
const markdown = files.join("\n\n").slice(0, size);
const prose = proseOf(files).slice(0, size);
const fresh = tokensOf(prose.slice(0, 40_000));
const worst = worstToken(plan.open("text", SCOPE), fresh);
console.log(`worst token after warm-up, first ${fresh.length} tokens of prose: ${worst.toFixed(2)} ms`);
firstReading(plan, tokensOf(markdown));
const rival = await prototypeMasker();
report("prose", plan, { tokens: tokensOf(prose), detectors, rival });
report("prose with findings", plan, { tokens: tokensOf(withFindings(prose, detectors)), detectors, rival });
report("markdown", plan, { tokens: tokensOf(withFindings(markdown, detectors)), detectors, rival });
console.log(`mean hold-back on prose: ${holdBack(plan, prose.slice(0, 100_000)).toFixed(2)} characters`);
console.log(`idle masker: ${idleBytes(plan).toFixed(0)} bytes`);
console.log(`10,000 interleaved streams: ${interleaved(plan, tokensOf(prose)).toFixed(0)} ns per token`);
adversarial(plan);
