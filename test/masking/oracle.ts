import { DEFAULT_CONTEXT_CHARS } from "../../src/patterns/contexts.js";
import type { Detector } from "../../src/patterns/detector.js";
import { ENCODED_FORMS } from "../../src/patterns/encoded.js";
import { entropyOf } from "../../src/patterns/entropy.js";
import { type Expression, readPattern } from "../../src/patterns/expression.js";
import { lintDetector } from "../../src/patterns/lint.js";
import type { Validator } from "../../src/patterns/rule-set.js";
import { plainReading } from "../../src/patterns/unescaper.js";
import { type Match, matchAll } from "./oracle-matching.js";
import { type Char, LEVELS, type Moment, type Readings, readingsOf } from "./oracle-reading.js";

/** What the oracle knows of a rule beside its detector. */
export interface OracleRule {
  readonly detector: Detector;
  readonly action: "mask" | "observe";
  readonly operator: "replace" | "redact" | "mask";
}

interface Span {
  readonly start: number;
  readonly end: number;
  readonly rule: number;
  readonly sticky: boolean;
  /** How much of the source must be known before the span is. */
  readonly known: number;
}

interface Region {
  readonly start: number;
  readonly end: number;
  readonly spans: readonly Span[];
}

/** A candidate, by the start of its masked span; rule -1 stands for the encoded forms. */
interface Candidate {
  readonly start: number;
  readonly rule: number;
}

/** A block that begins with `match`, on one level. */
interface Block {
  readonly level: number;
  readonly rule: number;
  readonly match: Match;
  /** Where it may end. */
  readonly closings: readonly Match[];
}

interface Tree {
  readonly expression: Expression;
  readonly end: Expression | null;
}

/** Everything that a text holds, and when it comes to be known. */
interface Study {
  readonly readings: Readings;
  readonly spans: readonly Span[];
  readonly blocks: readonly Block[];
  /** By level and number of known symbols: candidates that wait, those in a block aside. */
  readonly waiting: readonly (readonly (readonly Candidate[])[])[];
}

const LETTER_OR_DIGIT = /^[0-9A-Za-z\u00c0-\u024f]$/;
const STRICTNESS = { mask: 1, replace: 4, redact: 5 } as const;
const WHOLE = Number.POSITIVE_INFINITY;

/**
 * Masks whole texts by the definition: all spans of all rules, found by following sets of places
 * through the syntax tree. Knows nothing of programs, automata, pieces or release.
 */
export class Oracle {
  readonly #rules: readonly OracleRule[];
  readonly #validators: ReadonlyMap<string, Validator>;
  readonly #limit: number;
  readonly #trees: readonly Tree[];
  readonly #labels: readonly string[];
  readonly #encodedTrees: readonly Expression[];

  constructor(
    rules: readonly OracleRule[],
    options: {
      readonly validators: ReadonlyMap<string, Validator>;
      readonly maxCandidateChars: number;
      readonly encoded: boolean;
    },
  ) {
    this.#rules = rules;
    this.#validators = options.validators;
    this.#limit = options.maxCandidateChars;
    const linted = rules.map(({ detector }) => lintDetector(detector, "scanning"));
    this.#trees = linted;
    this.#labels = linted.map(({ label }) => label);
    this.#encodedTrees = (options.encoded ? ENCODED_FORMS : []).map(({ id, pattern }) =>
      readPattern(pattern, { ignoreCase: false, owner: id }),
    );
  }

  mask(text: string): string {
    let masked = "";
    let at = 0;
    for (const region of merge(this.#spansAt(this.#study(text, true), WHOLE, "mask"))) {
      masked += text.slice(at, region.start) + this.#placeholder(region, text);
      at = region.end;
    }
    return masked + text.slice(at);
  }

  /** How much of a text may be released once so much of it is known, for all of its prefixes. */
  frontiers(text: string): (known: number) => number {
    const study = this.#study(text, false);
    return (known) => this.#frontier(study, known);
  }

  #frontier(study: Study, known: number): number {
    const moment = study.readings.moments.findLast((each) => each.known <= known);
    if (moment === undefined) return 0;
    const live = this.#live(study, moment);
    const masked = merge(this.#spansAt(study, known, "mask"));
    const torn = merge(this.#spansAt(study, known, "observe")).find(
      (region) => region.start < live && region.end > live,
    );
    const limit = torn === undefined ? live : heldBy(torn, masked, live);
    const across = masked.find((region) => region.start <= limit && region.end > limit);
    if (across === undefined) return limit;
    return comesEarly(across, live) ? across.end : across.start;
  }

  #placeholder(region: Region, text: string): string {
    const sticky = region.spans.filter((span) => span.sticky);
    const earliest = [...sticky].sort((a, b) => a.start - b.start || a.end - b.end)[0];
    const same = sticky.filter((span) => span.start === earliest?.start && span.end === earliest.end);
    const first = earliest === undefined ? undefined : { rule: this.#inner(same) };
    if (first !== undefined) {
      const operator = this.#rules[first.rule]?.operator;
      return operator === "redact" ? "[REDACTED]" : `<${this.#labels[first.rule]}>`;
    }
    const label = this.#labels[this.#best(region.spans)];
    const strictest = Math.max(
      ...region.spans.map((span) => STRICTNESS[this.#rules[span.rule]?.operator ?? "redact"]),
    );
    if (strictest === STRICTNESS.redact) return "[REDACTED]";
    if (strictest === STRICTNESS.replace) return `<${label}>`;
    return "*".repeat(Array.from(text.slice(region.start, region.end)).length);
  }

  #best(spans: readonly Span[]): number {
    const detector = (span: Span): Detector | undefined => this.#rules[span.rule]?.detector;
    const sorted = [...spans].sort((a, b) => {
      const specificity = (detector(b)?.specificity ?? 0) - (detector(a)?.specificity ?? 0);
      const length = b.end - b.start - (a.end - a.start);
      return (
        specificity ||
        length ||
        a.start - b.start ||
        ((detector(a)?.id ?? "") < (detector(b)?.id ?? "") ? -1 : 1)
      );
    });
    return sorted[0]?.rule ?? 0;
  }

  #study(text: string, ended: boolean): Study {
    const readings = readingsOf(text, ended);
    const spans: Span[] = [];
    const blocks: Block[] = [];
    const waiting = readings.levels.map((symbols, level) => {
      const scene = { symbols, level, text, ended };
      const candidates: Candidate[][] = Array.from({ length: symbols.length + 1 }, () => []);
      for (let rule = -this.#encodedTrees.length; rule < this.#rules.length; rule++) {
        const found = rule < 0 ? this.#encodedIn(scene, -1 - rule) : this.#ruleIn(scene, rule);
        spans.push(...found.spans);
        blocks.push(...found.blocks);
        for (const [count, starts] of found.waiting.entries()) {
          for (const index of starts)
            candidates[count]?.push({ start: symbols[index]?.start ?? 0, rule: Math.max(-1, rule) });
        }
      }
      return candidates;
    });
    const study = { readings, spans, blocks, waiting };
    return { ...study, spans: earliestOf([...spans, ...this.#overlong(study)]) };
  }

  #ruleIn(
    scene: Scene,
    rule: number,
  ): Pick<Study, "spans" | "blocks"> & { readonly waiting: readonly ReadonlySet<number>[] } {
    const { symbols, level, ended } = scene;
    const tree = this.#trees[rule];
    if (tree === undefined) return { spans: [], blocks: [], waiting: [] };
    const places = [...symbols.keys()];
    const begins = places.filter((index) => this.#inContext(rule, symbols, index));
    const { matches, waiting } = matchAll(tree.expression, symbols, { begins, ended });
    const spans: Span[] = [];
    const blocks: Block[] = [];
    const closings = tree.end === null ? [] : matchAll(tree.end, symbols, { begins: places, ended }).matches;
    for (const match of matches) {
      const span = spanOf(match, scene, { rule, sticky: tree.end !== null });
      if (span === null) continue;
      if (tree.end === null && !this.#accepts(span, scene)) continue;
      spans.push(span);
      if (tree.end !== null)
        blocks.push({ level, rule, match, closings: closings.filter(({ start }) => start >= match.at) });
    }
    return { spans, blocks, waiting };
  }

  #accepts({ start, end, rule }: Span, { text, level }: Scene): boolean {
    if (end - start > this.#limit) return true;
    const detector = this.#rules[rule]?.detector;
    if (detector?.validator === undefined && detector?.minEntropy === undefined) return true;
    const value = plainReading(text.slice(start, end), level);
    if (detector.minEntropy !== undefined && entropyOf(value) < detector.minEntropy) return false;
    if (detector.validator === undefined) return true;
    return this.#validators.get(detector.validator)?.(value) ?? false;
  }

  #encodedIn(
    scene: Scene,
    index: number,
  ): Pick<Study, "spans" | "blocks"> & { readonly waiting: readonly ReadonlySet<number>[] } {
    const { symbols, level, text, ended } = scene;
    const tree = this.#encodedTrees[index];
    if (tree === undefined) return { spans: [], blocks: [], waiting: [] };
    const { matches, waiting } = matchAll(tree, symbols, { begins: [...symbols.keys()], ended });
    const spans = matches.flatMap((match) => {
      const span = spanOf(match, scene, { rule: -1, sticky: false });
      if (span === null) return [];
      const run = plainReading(text.slice(span.start, span.end), level);
      const inner = this.#plainSpans(ENCODED_FORMS[index]?.decode(run) ?? "");
      return inner.length === 0 ? [] : [{ ...span, rule: this.#inner(inner) }];
    });
    return { spans, blocks: [], waiting };
  }

  #inner(candidates: readonly Pick<Span, "rule">[]): number {
    const detector = ({ rule }: Pick<Span, "rule">): Detector | undefined => this.#rules[rule]?.detector;
    const sorted = [...candidates].sort((a, b) => {
      const specificity = (detector(b)?.specificity ?? 0) - (detector(a)?.specificity ?? 0);
      return specificity || ((detector(a)?.id ?? "") < (detector(b)?.id ?? "") ? -1 : 1);
    });
    return sorted[0]?.rule ?? 0;
  }

  #plainSpans(text: string): readonly Span[] {
    const symbols = Array.from({ length: text.length }, (_, at) => ({
      codePoint: text.charCodeAt(at),
      start: at,
      end: at + 1,
      known: at + 1,
    }));
    const scene = { symbols, level: 0, text, ended: true };
    return this.#rules.flatMap((_, rule) => this.#ruleIn(scene, rule).spans);
  }

  /** Whether a context word of the rule ends within reach before the match that starts at `index`. */
  #inContext(rule: number, symbols: readonly Char[], index: number): boolean {
    const detector = this.#rules[rule]?.detector;
    if (detector?.context === undefined) return true;
    const start = symbols[index]?.start ?? 0;
    const reach = detector.contextChars ?? DEFAULT_CONTEXT_CHARS;
    return detector.context.some((word) => {
      for (let end = 1; end <= index; end++) {
        const last = symbols[end - 1]?.end ?? 0;
        if (start - last <= reach && endsWord(word, symbols, end)) return true;
      }
      return false;
    });
  }

  /** Spans that are known once `known` units of the source are. */
  #spansAt(study: Study, known: number, action: OracleRule["action"]): readonly Span[] {
    const isAsked = ({ rule }: Pick<Span, "rule">): boolean => this.#rules[rule]?.action === action;
    const spans = study.spans.filter((span) => span.known <= known && isAsked(span));
    const blocks = study.blocks.filter(isAsked).flatMap((block) => {
      const symbols = (study.readings.levels[block.level] ?? []).filter((each) => each.known <= known);
      if (block.match.needs > symbols.length && known !== WHOLE) return [];
      const end = blockEnd(block, known === WHOLE ? WHOLE : symbols.length) ?? symbols.length;
      const start = symbols[block.match.start]?.start ?? 0;
      return [{ start, end: symbols[end - 1]?.end ?? 0, rule: block.rule, sticky: true, known }];
    });
    return [...spans, ...blocks];
  }

  /** Every candidate that waits for more once `count` symbols of a level are known. */
  #candidates(study: Omit<Study, "spans">, level: number, count: number): readonly Candidate[] {
    const inBlocks = study.blocks.filter(
      (block) => block.level === level && block.match.needs <= count && blockEnd(block, count) === null,
    );
    const symbols = study.readings.levels[level];
    return [
      ...(study.waiting[level]?.[count] ?? []),
      ...inBlocks.map(({ match, rule }) => ({ start: symbols?.[match.start]?.start ?? 0, rule })),
    ];
  }

  /** Sticky spans of candidates that live longer than the limit. */
  #overlong(study: Omit<Study, "spans">): readonly Span[] {
    const spans: Span[] = [];
    const { levels, moments } = study.readings;
    for (const [level, symbols] of levels.entries()) {
      for (const [index, { end, known }] of symbols.entries())
        spans.push(...this.#overlongAt(study, { level, count: index + 1, end, known }));
    }
    // The same at every place of the source, where a reading may have dropped what came last.
    for (const { known, position, counts } of moments) {
      // Half a pair is read with what follows it.
      if (known !== position) continue;
      for (let level = 1; level <= LEVELS; level++) {
        const count = counts[level] ?? 0;
        if ((levels[level]?.[count - 1]?.end ?? 0) < position)
          spans.push(...this.#overlongAt(study, { level, count, end: position, known }));
      }
    }
    return spans;
  }

  #overlongAt(
    study: Omit<Study, "spans">,
    at: { readonly level: number; readonly count: number; readonly end: number; readonly known: number },
  ): readonly Span[] {
    const { level, count, end, known } = at;
    if (end < this.#limit) return [];
    const live = this.#candidates(study, level, count).filter(
      ({ rule }) => this.#rules[rule]?.action === "mask",
    );
    const first = Math.min(...live.map(({ start }) => start));
    if (end - first < this.#limit) return [];
    const rule = this.#inner(live.filter(({ start }) => start === first));
    return [{ start: first, end, rule, sticky: true, known }];
  }

  /** First position that a candidate may still come to cover. */
  #live(study: Study, { position, counts, pending }: Moment): number {
    let live = Math.min(position, pending);
    for (const [level, count] of counts.entries()) {
      for (const { start, rule } of this.#candidates(study, level, count)) {
        const waits = rule >= 0 && this.#rules[rule]?.action === "mask";
        if (waits || position - start < this.#limit) live = Math.min(live, start);
      }
    }
    return live;
  }
}

/** One reading of a text. */
interface Scene {
  readonly symbols: readonly Char[];
  readonly level: number;
  readonly text: string;
  readonly ended: boolean;
}

function spanOf(
  match: Match,
  { symbols }: Scene,
  what: { readonly rule: number; readonly sticky: boolean },
): Span | null {
  const start = symbols[match.start]?.start;
  const end = symbols[match.at - 1]?.end;
  if (start === undefined || end === undefined || end <= start) return null;
  // What looks at the edge of the text is known with the whole of it.
  return { start, end, known: symbols[match.needs - 1]?.known ?? WHOLE, ...what };
}

/** Index after the last symbol of the block, once `count` symbols are known; null while it goes on. */
function blockEnd(block: Block, count: number): number | null {
  let first: number | null = null;
  for (const { at, needs } of block.closings) {
    if (needs <= count && (first === null || at < first)) first = at;
  }
  return first;
}

/** Readings mostly agree, so the same span comes several times. */
function earliestOf(spans: readonly Span[]): readonly Span[] {
  const kept = new Map<string, Span>();
  for (const span of spans) {
    const key = `${span.start} ${span.end} ${span.rule} ${span.sticky}`;
    const old = kept.get(key);
    if (old === undefined || old.known > span.known) kept.set(key, span);
  }
  return [...kept.values()].sort((a, b) => a.start - b.start || a.end - b.end);
}

/** A placeholder that comes out before the end of what it stands for. */
function comesEarly(region: Region, live: number): boolean {
  return region.spans.some((span) => span.sticky && span.start <= live);
}

/** An observed region is not torn, but for what is masked at its beginning, or without end. */
function heldBy(observed: Region, masked: readonly Region[], live: number): number {
  const first = masked.filter(
    (region) =>
      region.start < observed.end &&
      region.end > observed.start &&
      (region.end <= live || comesEarly(region, live)) &&
      (region.start <= observed.start || region.spans.some((span) => span.sticky)),
  );
  return Math.min(live, Math.max(observed.start, ...first.map((region) => region.end)));
}

/** Whether the word stands before symbol `end`, with word edges where it has letters or digits. */
function endsWord(word: string, symbols: readonly Char[], end: number): boolean {
  const chars = Array.from(word);
  const begin = end - chars.length;
  if (begin < 0) return false;
  const charAt = (index: number): string => String.fromCodePoint(symbols[index]?.codePoint ?? 0);
  const same = chars.every((char, index) =>
    char === " " ? /[\s._-]/.test(charAt(begin + index)) : charAt(begin + index).toLowerCase() === char,
  );
  if (!same) return false;
  const free = (char: string | undefined, index: number): boolean =>
    char === undefined ||
    !LETTER_OR_DIGIT.test(char) ||
    symbols[index] === undefined ||
    !LETTER_OR_DIGIT.test(charAt(index));
  return free(chars[0], begin - 1) && free(chars.at(-1), end);
}

function merge(spans: readonly Span[]): readonly Region[] {
  const regions: { start: number; end: number; spans: Span[] }[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const last = regions.at(-1);
    if (last !== undefined && last.end > span.start) {
      last.end = Math.max(last.end, span.end);
      last.spans.push(span);
    } else regions.push({ start: span.start, end: span.end, spans: [span] });
  }
  return regions;
}
