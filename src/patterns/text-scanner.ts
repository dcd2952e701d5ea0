import { SluiceError } from "../domain/errors.js";
import { isDisguise } from "./alphabet.js";
import type { Cursor } from "./cursor.js";
import type { Detector } from "./detector.js";
import { Reading, type ReadingSink } from "./reading.js";
import { compileRules, RuleSet } from "./rule-set.js";
import { plainReading } from "./unescaper.js";

/** A rule about a prompt: a pattern, a list of words, or both. */
export interface TextRule {
  readonly id: string;
  /** ECMAScript syntax without flags; what the lint says for detectors holds, but no left boundary is asked for. */
  readonly pattern?: string;
  /** Whole words and phrases; a blank stands for any run of blanks, hyphens or underscores. */
  readonly words?: readonly string[];
  /** Default true. */
  readonly ignoreCase?: boolean;
}

/** Where a rule matched, in UTF-16 units of the text, `[start, end)`. */
export interface TextMatch {
  readonly rule: string;
  readonly start: number;
  readonly end: number;
}

export interface ScanOptions {
  /** UTF-16 units read between two yields. Default 1024: at the slowest about 5 ms. */
  readonly sliceChars?: number;
}

const SLICE_CHARS = 1024;
const EDGE = "A-Za-z0-9\\u00c0-\\u024f";

/** Finds where the rules of a policy match a whole text, disguises taken off. One scanner serves many texts. */
export class TextScanner {
  readonly #rules: RuleSet;

  /**
   * @param rules what to look for: rules of a policy, or detectors that are compiled already, whose
   *   validators then have their say and whose ids name the matches.
   * @throws SluiceError `invalid_config` for a rule that cannot be compiled.
   */
  constructor(rules: readonly TextRule[] | RuleSet, options: { readonly cacheBytes?: number } = {}) {
    this.#rules =
      rules instanceof RuleSet
        ? rules
        : compileRules(rules.flatMap(detectorsOf), {
            ...options,
            validators: new Map(),
            purpose: "scanning",
          });
  }

  /**
   * Reads the text slice by slice and yields what each slice brought to an end: overlapping matches
   * of one rule as one. A match that goes on over a slice is yielded again, longer.
   */
  *scan(text: string, options: ScanOptions = {}): Generator<readonly TextMatch[], void, undefined> {
    const scan = new Scan(this.#rules, text);
    const slice = Math.max(1, options.sliceChars ?? SLICE_CHARS);
    for (let from = 0; from < text.length; from += slice) {
      scan.read(text, from, Math.min(text.length, from + slice));
      yield scan.takeMatches();
    }
    scan.finish(text.length);
    yield scan.takeMatches();
  }

  /** All matches of a text short enough to be read at once, by start. */
  scanAll(text: string): readonly TextMatch[] {
    const found = [...this.scan(text, { sliceChars: Math.max(1, text.length) })].flat();
    return found.sort((a, b) => a.start - b.start || a.end - b.end || (a.rule < b.rule ? -1 : 1));
  }
}

class Scan implements ReadingSink {
  readonly #rules: RuleSet;
  readonly #cursor: Cursor;
  #reading: Reading | null = null;
  #previous = -1;
  /** Last span of each rule that matched in this slice, then finished ones. */
  readonly #open = new Map<number, { start: number; end: number }>();
  #matches: TextMatch[] = [];
  readonly #text: string;
  level = 0;

  constructor(rules: RuleSet, text: string) {
    this.#rules = rules;
    this.#text = text;
    this.#cursor = rules.cursor();
  }

  read(text: string, from: number, to: number): void {
    this.#rules.automaton.consumed += to - from;
    this.#cursor.settle();
    this.#reading?.settle();
    for (let index = from; index < to; ) {
      const codePoint = text.codePointAt(index) ?? 0;
      const length = codePoint > 0xffff ? 2 : 1;
      // The second half of a pair that the slice before has read.
      const second = index === from && isSecondHalf(text, index);
      if (!second) this.#take(codePoint, index, index + length);
      index += second ? 1 : length;
    }
  }

  #take(codePoint: number, start: number, end: number): void {
    if (this.#reading === null && isDisguise(codePoint))
      this.#reading = new Reading(this.#cursor, 1, this.#previous);
    this.level = 0;
    this.#cursor.take(this.classOf(codePoint), start, end, this);
    this.#reading?.take(codePoint, { start, end }, this);
    this.#reading?.age(this, end);
    if (this.#reading?.agrees(this.#cursor, codePoint) === true) this.#reading = null;
    this.#previous = codePoint;
  }

  finish(length: number): void {
    const { edge } = this.#rules.alphabet;
    this.#cursor.take(edge, length, length, this);
    this.#reading?.flush(this);
    this.#reading?.finish(this, edge, length);
  }

  classOf(codePoint: number): number {
    return this.#rules.alphabet.classOf(codePoint);
  }

  /** A whole text is at hand, so no candidate is too old. */
  aged(): void {}

  span(start: number, end: number, code: number): void {
    const candidate = code >> 2;
    const rule = this.#rules.isJudged(candidate) ? this.#judge(candidate, start, end) : candidate;
    if (rule < 0) return;
    const open = this.#open.get(rule);
    if (open !== undefined && start <= open.end && end >= open.start) {
      open.start = Math.min(open.start, start);
      open.end = Math.max(open.end, end);
      return;
    }
    if (open !== undefined) this.#close(rule, open);
    this.#open.set(rule, { start, end });
  }

  #judge(candidate: number, start: number, end: number): number {
    const source = this.#text.slice(start, end);
    return this.#rules.judge(candidate, this.level === 0 ? source : plainReading(source, this.level));
  }

  #close(rule: number, span: { readonly start: number; readonly end: number }): void {
    const id = this.#rules.detectors[rule]?.id ?? "";
    const mark = id.lastIndexOf("#");
    this.#matches.push({ rule: mark < 0 ? id : id.slice(0, mark), ...span });
  }

  takeMatches(): readonly TextMatch[] {
    for (const [rule, span] of this.#open) this.#close(rule, span);
    this.#open.clear();
    const matches = this.#matches;
    this.#matches = [];
    return matches;
  }
}

function isSecondHalf(text: string, index: number): boolean {
  if (index === 0) return false;
  const here = text.charCodeAt(index);
  const before = text.charCodeAt(index - 1);
  return here >= 0xdc00 && here <= 0xdfff && before >= 0xd800 && before <= 0xdbff;
}

function detectorsOf(rule: TextRule): readonly Detector[] {
  const patterns = [rule.pattern, rule.words === undefined ? undefined : wordPattern(rule)];
  const given = patterns.filter((pattern) => pattern !== undefined);
  if (given.length === 0) {
    throw new SluiceError("invalid_config", `rule ${rule.id}: give a pattern or words.`);
  }
  return given.map((pattern, index) => ({
    id: `${rule.id}#${index}`,
    entity: "TEXT_RULE",
    pattern,
    ignoreCase: rule.ignoreCase ?? true,
    specificity: 0,
    source: "policy",
    examples: [],
    counterExamples: [],
  }));
}

function wordPattern(rule: TextRule): string {
  const words = (rule.words ?? []).map((word) => word.trim()).filter((word) => word !== "");
  if (words.length === 0)
    throw new SluiceError("invalid_config", `rule ${rule.id}: the list of words is empty.`);
  const options = words.map((word) => {
    const body = word.replace(/[\^$\\.*+?()[\]{}|/]/g, "\\$&").replace(/\s+/g, "[\\s_-]{1,4}");
    return `${isLetter(word[0]) ? `(?<![${EDGE}])` : ""}${body}${isLetter(word.at(-1)) ? `(?![${EDGE}])` : ""}`;
  });
  return `(?:${options.join("|")})`;
}

/** Scripts without spaces between words have no word edge to ask for. */
function isLetter(char: string | undefined): boolean {
  return char !== undefined && /^[A-Za-z0-9\u00c0-\u024f]$/.test(char);
}
