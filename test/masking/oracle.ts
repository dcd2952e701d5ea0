import { contains } from "../../src/patterns/char-set.js";
import { DEFAULT_CONTEXT_CHARS } from "../../src/patterns/contexts.js";
import type { Detector } from "../../src/patterns/detector.js";
import { ENCODED_FORMS } from "../../src/patterns/encoded.js";
import { entropyOf } from "../../src/patterns/entropy.js";
import { type Expression, readPattern } from "../../src/patterns/expression.js";
import { lintDetector } from "../../src/patterns/lint.js";
import { hasCapture } from "../../src/patterns/program.js";
import type { Validator } from "../../src/patterns/rule-set.js";
import { plainReading, Unescaper } from "../../src/patterns/unescaper.js";

/** What the oracle knows of a rule beside its detector. */
export interface OracleRule {
  readonly detector: Detector;
  readonly action: "mask" | "observe";
  readonly operator: "replace" | "redact" | "mask";
}

interface Symbol {
  readonly codePoint: number;
  readonly start: number;
  readonly end: number;
}

interface Span {
  readonly start: number;
  readonly end: number;
  readonly rule: number;
  readonly sticky: boolean;
}

export interface OracleRegion {
  readonly start: number;
  readonly end: number;
  readonly spans: readonly Span[];
}

interface Reading {
  readonly level: number;
  readonly symbols: readonly Symbol[];
  /** Start of an escape that is not decided yet, or -1. */
  readonly pending: number;
}

/** A place in a match: index of the next symbol, and where the masked span starts (-1: not yet). */
interface Place {
  readonly at: number;
  readonly start: number;
}

const WORD = /^[A-Za-z0-9_]$/;
const LETTER_OR_DIGIT = /^[0-9A-Za-z\u00c0-\u024f]$/;
const LEVELS = 3;
const STRICTNESS = { mask: 1, replace: 4, redact: 5 } as const;

/**
 * Masks whole texts by the definition: all spans of all rules, found by following sets of places
 * through the syntax tree. Knows nothing of programs, automata, pieces or release.
 */
export class Oracle {
  readonly #rules: readonly OracleRule[];
  readonly #validators: ReadonlyMap<string, Validator>;
  readonly #limit: number;
  readonly #trees: readonly { readonly expression: Expression; readonly end: Expression | null }[];
  readonly #labels: readonly string[];
  readonly #encoded: boolean;
  readonly #encodedTrees = ENCODED_FORMS.map((form) =>
    readPattern(form.pattern, { ignoreCase: false, owner: form.id }),
  );

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
    this.#encoded = options.encoded;
    const linted = rules.map(({ detector }) => lintDetector(detector, "scanning"));
    this.#trees = linted;
    this.#labels = linted.map(({ label }) => label);
  }

  mask(text: string): string {
    let masked = "";
    let at = 0;
    for (const region of this.regions(text)) {
      masked += text.slice(at, region.start) + this.#placeholder(region, text);
      at = region.end;
    }
    return masked + text.slice(at);
  }

  regions(text: string): readonly OracleRegion[] {
    return merge(this.#spans(text, false).filter((span) => this.#rules[span.rule]?.action === "mask"));
  }

  observed(text: string): readonly OracleRegion[] {
    return merge(this.#spans(text, false).filter((span) => this.#rules[span.rule]?.action === "observe"));
  }

  /** How much of a text may be released once `prefix` of it is known. */
  frontier(prefix: string): number {
    const spans = this.#spans(prefix, true);
    const of = (action: OracleRule["action"]): readonly OracleRegion[] =>
      merge(spans.filter((span) => this.#rules[span.rule]?.action === action));
    const live = this.#live(prefix);
    const masked = of("mask");
    const torn = of("observe").find((region) => region.start < live && region.end > live);
    const limit = torn === undefined ? live : heldBy(torn, masked, live);
    const across = masked.find((region) => region.start <= limit && region.end > limit);
    if (across === undefined) return limit;
    return comesEarly(across, live) ? across.end : across.start;
  }

  #placeholder(region: OracleRegion, text: string): string {
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

  #spans(text: string, partial: boolean): readonly Span[] {
    const spans: Span[] = [];
    for (const reading of readings(text, partial)) {
      this.#rules.forEach((_, rule) => {
        spans.push(...this.#spansOf(rule, { reading, text, partial }));
      });
      if (this.#encoded) spans.push(...this.#encodedSpans(reading, text, partial));
      spans.push(...this.#overlong(reading));
    }
    spans.push(...this.#overlongBetween(text));
    return spans;
  }

  #spansOf(
    rule: number,
    from: { readonly reading: Reading; readonly text: string; readonly partial: boolean },
  ): readonly Span[] {
    const { reading, text, partial } = from;
    const { symbols } = reading;
    const tree = this.#trees[rule];
    if (tree === undefined) return [];
    const spans: Span[] = [];
    for (let index = 0; index <= symbols.length; index++) {
      if (!this.#inContext(rule, symbols, index)) continue;
      for (const place of matches(tree.expression, symbols, { index, partial, live: () => {} })) {
        const start = symbols[place.start]?.start;
        const end = symbols[place.at - 1]?.end;
        if (start === undefined || end === undefined || end <= start) continue;
        if (tree.end !== null) {
          spans.push({ start, end, rule, sticky: true });
          spans.push({
            start,
            end: blockEnd(tree.end, symbols, place.at, partial) ?? endOf(symbols),
            rule,
            sticky: true,
          });
        } else if (this.#accepts(rule, { start, end, text, level: reading.level })) {
          spans.push({ start, end, rule, sticky: false });
        }
      }
    }
    return spans;
  }

  #accepts(
    rule: number,
    span: { readonly start: number; readonly end: number; readonly text: string; readonly level: number },
  ): boolean {
    if (span.end - span.start > this.#limit) return true;
    const detector = this.#rules[rule]?.detector;
    const value = plainReading(span.text.slice(span.start, span.end), span.level);
    if (detector?.minEntropy !== undefined && entropyOf(value) < detector.minEntropy) return false;
    if (detector?.validator === undefined) return true;
    return this.#validators.get(detector.validator)?.(value) ?? false;
  }

  #encodedSpans(reading: Reading, text: string, partial: boolean): readonly Span[] {
    const spans: Span[] = [];
    this.#encodedTrees.forEach((tree, index) => {
      const form = ENCODED_FORMS[index];
      for (let at = 0; at < reading.symbols.length; at++) {
        for (const place of matches(tree, reading.symbols, { index: at, partial, live: () => {} })) {
          const start = reading.symbols[place.start]?.start ?? 0;
          const end = reading.symbols[place.at - 1]?.end ?? 0;
          const run = plainReading(text.slice(start, end), reading.level);
          const inner = this.#plainSpans(form?.decode(run) ?? "");
          if (inner.length > 0) spans.push({ start, end, rule: this.#inner(inner), sticky: false });
        }
      }
    });
    return spans;
  }

  #inner(spans: readonly Span[]): number {
    const detector = (span: Span): Detector | undefined => this.#rules[span.rule]?.detector;
    const sorted = [...spans].sort((a, b) => {
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
    }));
    const reading = { level: 0, symbols, pending: -1 };
    return this.#rules.flatMap((_, rule) => this.#spansOf(rule, { reading, text, partial: false }));
  }

  /** Whether a context word of the rule ends within reach before the match that starts at `index`. */
  #inContext(rule: number, symbols: readonly Symbol[], index: number): boolean {
    const detector = this.#rules[rule]?.detector;
    if (detector?.context === undefined) return true;
    const start = symbols[index]?.start ?? endOf(symbols);
    const reach = detector.contextChars ?? DEFAULT_CONTEXT_CHARS;
    return detector.context.some((word) => {
      for (let end = 1; end <= index; end++) {
        const last = symbols[end - 1]?.end ?? 0;
        if (start - last <= reach && endsWord(word, symbols, end)) return true;
      }
      return false;
    });
  }

  /** Sticky spans of candidates that live longer than the limit, symbol by symbol. */
  #overlong(reading: Reading): readonly Span[] {
    const spans: Span[] = [];
    for (let count = 1; count <= reading.symbols.length; count++) {
      const symbols = reading.symbols.slice(0, count);
      spans.push(...this.#overlongAt(symbols, endOf(symbols)));
    }
    return spans;
  }

  #overlongAt(symbols: readonly Symbol[], end: number): readonly Span[] {
    if (end - (symbols[0]?.start ?? end) < this.#limit) return [];
    const live = this.#liveStarts(symbols).filter(({ rule }) => this.#rules[rule]?.action === "mask");
    const first = Math.min(...live.map(({ start }) => start));
    if (end - first < this.#limit) return [];
    const rules = live.filter(({ start }) => start === first);
    const rule = this.#inner(
      rules.map(({ rule: each, start }) => ({ start, end, rule: each, sticky: true })),
    );
    return [{ start: first, end, rule, sticky: true }];
  }

  /** The same at every place of the source, where a reading may have dropped what came last. */
  #overlongBetween(text: string): readonly Span[] {
    const spans: Span[] = [];
    let end = 0;
    for (const char of text) {
      end += char.length;
      // Half a pair is read with what follows it.
      if (end < this.#limit || /^[\ud800-\udbff]$/.test(char)) continue;
      for (const { level, symbols } of readings(text.slice(0, end), true)) {
        if (level > 0 && endOf(symbols) < end) spans.push(...this.#overlongAt(symbols, end));
      }
    }
    return spans;
  }

  /** Masked starts of every candidate that waits for more, by rule; -1 stands for the encoded forms. */
  #liveStarts(symbols: readonly Symbol[]): readonly { readonly start: number; readonly rule: number }[] {
    const found: { start: number; rule: number }[] = [];
    const note = (rule: number) => (place: Place) => {
      const start = symbols[place.start]?.start;
      if (start !== undefined) found.push({ start, rule });
    };
    this.#trees.forEach((tree, rule) => {
      for (let index = 0; index < symbols.length; index++) {
        if (!this.#inContext(rule, symbols, index)) continue;
        const ends = matches(tree.expression, symbols, { index, partial: true, live: note(rule) });
        if (tree.end === null) continue;
        for (const place of ends) if (blockEnd(tree.end, symbols, place.at, true) === null) note(rule)(place);
      }
    });
    if (!this.#encoded) return found;
    for (const tree of this.#encodedTrees) {
      for (let index = 0; index < symbols.length; index++) {
        matches(tree, symbols, { index, partial: true, live: note(-1) });
      }
    }
    return found;
  }

  #live(prefix: string): number {
    let live = Number.POSITIVE_INFINITY;
    let position = 0;
    for (const reading of readings(prefix, true)) {
      position = Math.max(position, reading.level === 0 ? endOf(reading.symbols) : 0);
      if (reading.pending >= 0) live = Math.min(live, reading.pending);
      for (const { start, rule } of this.#liveStarts(reading.symbols)) {
        const waits = rule >= 0 && this.#rules[rule]?.action === "mask";
        if (waits || position - start < this.#limit) live = Math.min(live, start);
      }
    }
    return Math.min(live, position);
  }
}

/** A placeholder that comes out before the end of what it stands for. */
function comesEarly(region: OracleRegion, live: number): boolean {
  return region.spans.some((span) => span.sticky && span.start <= live);
}

/** An observed region is not torn, but for what is masked at its beginning, or without end. */
function heldBy(observed: OracleRegion, masked: readonly OracleRegion[], live: number): number {
  const first = masked.filter(
    (region) =>
      region.start < observed.end &&
      region.end > observed.start &&
      (region.end <= live || comesEarly(region, live)) &&
      (region.start <= observed.start || region.spans.some((span) => span.sticky)),
  );
  return Math.min(live, Math.max(observed.start, ...first.map((region) => region.end)));
}

function endOf(symbols: readonly Symbol[]): number {
  return symbols.at(-1)?.end ?? 0;
}

/** The text as it stands, then read once, twice and three times over. */
function readings(text: string, partial: boolean): readonly Reading[] {
  const layers: (Symbol & { readonly level: number })[] = [];
  const unescapers = Array.from(
    { length: LEVELS },
    (_, layer) => new Unescaper(layer === 0 ? "markup" : "escapes", -1),
  );
  const pass = (level: number, codePoint: number, start: number, end: number): void => {
    layers.push({ level, codePoint, start, end });
    const next = unescapers[level];
    next?.take(codePoint, start, end);
    drain(level + 1);
  };
  const drain = (level: number): void => {
    const out = unescapers[level - 1]?.out.splice(0) ?? [];
    for (let index = 0; index < out.length; index += 3)
      pass(level, out[index] ?? 0, out[index + 1] ?? 0, out[index + 2] ?? 0);
  };
  for (let at = 0; at < text.length; ) {
    const codePoint = text.codePointAt(at) ?? 0;
    // Half a pair at the end of a prefix may still become a whole one.
    if (partial && at === text.length - 1 && codePoint >= 0xd800 && codePoint <= 0xdbff) break;
    const start = at;
    at += codePoint > 0xffff ? 2 : 1;
    pass(0, codePoint, start, at);
    for (const [index, each] of unescapers.entries()) {
      each.expire(at);
      drain(index + 1);
    }
  }
  for (const [index, each] of partial ? [] : unescapers.entries()) {
    each.finish();
    drain(index + 1);
  }
  return Array.from({ length: LEVELS + 1 }, (_, level) => ({
    level,
    symbols: layers.filter((each) => each.level === level),
    pending: unescapers[level - 1]?.pendingStart ?? -1,
  }));
}

interface MatchOptions {
  readonly index: number;
  /** More text may follow. */
  readonly partial: boolean;
  readonly live: (place: Place) => void;
}

/** All places at which a match that begins at `index` can end; in partial mode names those that wait. */
function matches(tree: Expression, symbols: readonly Symbol[], options: MatchOptions): readonly Place[] {
  const start = hasCapture(tree) ? -1 : options.index;
  return [
    ...follow(tree, new Map([[keyOf({ at: options.index, start }), { at: options.index, start }]]), {
      symbols,
      ...options,
    }).values(),
  ].filter((place) => place.start >= 0);
}

type Places = ReadonlyMap<string, Place>;

function keyOf(place: Place): string {
  return `${place.at}/${place.start}`;
}

function follow(
  tree: Expression,
  places: Places,
  scene: MatchOptions & { readonly symbols: readonly Symbol[] },
): Places {
  if (places.size === 0) return places;
  const result = new Map<string, Place>();
  const add = (place: Place): void => {
    result.set(keyOf(place), place);
  };
  switch (tree.kind) {
    case "sequence":
      return tree.parts.reduce((reached, part) => follow(part, reached, scene), places);
    case "choice":
      for (const option of tree.options)
        for (const place of follow(option, places, scene).values()) add(place);
      return result;
    case "capture": {
      const tagged = new Map<string, Place>();
      for (const place of places.values()) {
        const at = place.start < 0 ? { at: place.at, start: place.at } : place;
        tagged.set(keyOf(at), at);
      }
      return follow(tree.body, tagged, scene);
    }
    case "repeat":
      return repeat(tree, places, scene);
    case "set":
      for (const place of places.values()) {
        const symbol = scene.symbols[place.at];
        if (symbol === undefined) {
          if (scene.partial) waits(place, scene);
        } else if (contains(tree.set, symbol.codePoint)) add({ at: place.at + 1, start: place.start });
      }
      return result;
    case "assert":
      for (const place of places.values()) {
        const left = scene.symbols[place.at - 1];
        const right = scene.symbols[place.at];
        const { assertion } = tree;
        if (assertion.kind === "before") {
          const seen = left === undefined ? assertion.edge : contains(assertion.set, left.codePoint);
          if (seen !== assertion.negate) add(place);
          continue;
        }
        if (right === undefined && scene.partial) {
          waits(place, scene);
          continue;
        }
        const holds =
          assertion.kind === "word"
            ? isWord(left) !== isWord(right)
            : right === undefined
              ? assertion.edge
              : contains(assertion.set, right.codePoint);
        if (holds !== assertion.negate) add(place);
      }
      return result;
  }
}

/** A candidate waits from where its span starts, if that has come. */
function waits(place: Place, scene: MatchOptions & { readonly symbols: readonly Symbol[] }): void {
  if (place.start >= 0 && place.start < scene.symbols.length) scene.live(place);
}

function repeat(
  tree: Extract<Expression, { kind: "repeat" }>,
  places: Places,
  scene: MatchOptions & { readonly symbols: readonly Symbol[] },
): Places {
  const result = new Map<string, Place>(tree.min === 0 ? places : []);
  let current = places;
  for (let count = 1; count <= tree.max && current.size > 0; count++) {
    current = follow(tree.body, current, scene);
    if (count < tree.min) continue;
    const known = result.size;
    for (const [key, place] of current) result.set(key, place);
    if (result.size === known && count > tree.min + scene.symbols.length) break;
  }
  return result;
}

function isWord(symbol: Symbol | undefined): boolean {
  return symbol !== undefined && WORD.test(String.fromCodePoint(symbol.codePoint));
}

/** Where the first match of `end` at or after `from` ends, or null. */
function blockEnd(
  end: Expression,
  symbols: readonly Symbol[],
  from: number,
  partial: boolean,
): number | null {
  let first: number | null = null;
  for (let index = from; index < symbols.length; index++) {
    for (const place of matches(end, symbols, { index, partial, live: () => {} })) {
      const at = symbols[place.at - 1]?.end ?? 0;
      if (first === null || at < first) first = at;
    }
  }
  return first;
}

/** Whether the word stands before symbol `end`, with word edges where it has letters or digits. */
function endsWord(word: string, symbols: readonly Symbol[], end: number): boolean {
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

function merge(spans: readonly Span[]): readonly OracleRegion[] {
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
