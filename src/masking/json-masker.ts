import { Finder } from "./finder.js";
import { frontierOf } from "./frontier.js";
import { JsonLexer } from "./json-lexer.js";
import type { JsonEscape, JsonPiece } from "./json-pieces.js";
import { noteObserved } from "./observed.js";
import type { MaskScope } from "./operators/operator.js";
import { Placement } from "./placement.js";
import type { PlannedRules } from "./planned-rules.js";
import type { Region } from "./region.js";
import {
  type InputSpan,
  type MaskedRegion,
  maskingFailed,
  NO_MASKED_REGIONS,
  NO_SPANS,
  type StreamMasker,
} from "./stream-masker.js";

/**
 * Masks a channel that carries one JSON text. Regions are found in the raw text and in its
 * unescaped readings; what is written keeps the structure: each string and key is masked inside
 * its quotes, a masked number becomes a string. From the first character that is no JSON on,
 * the text is masked as it stands.
 */
export class JsonMasker implements StreamMasker {
  readonly #plan: PlannedRules;
  readonly #scope: MaskScope;
  readonly #finder: Finder;
  readonly #lexer = new JsonLexer();
  #released = 0;
  #ended = false;
  /** Start of the piece in which the open region has its placeholder already; -1 for none. */
  #openIn = -1;
  #found: MaskedRegion[] = [];
  #out = "";
  #placement = new Placement(0);
  regions: readonly MaskedRegion[] = NO_MASKED_REGIONS;
  #covered: InputSpan[] = [];
  covered: readonly InputSpan[] = NO_SPANS;
  cut: MaskedRegion | null = null;

  constructor(plan: PlannedRules, scope: MaskScope) {
    this.#plan = plan;
    this.#scope = scope;
    this.#finder = new Finder(plan.inJson);
  }

  get held(): number {
    if (this.#ended) return 0;
    return this.#finder.position - this.#released + this.#finder.carried;
  }

  get releasedInput(): number {
    return this.#finder.origin + this.#released;
  }

  feed(text: string): string {
    this.#begin();
    if (this.#ended) return "";
    const step = this.#plan.hasCuts ? 1 : text.length;
    return this.#guarded(() => {
      for (let index = 0; index < text.length && this.cut === null; index += step) {
        const before = this.#finder.position;
        this.#finder.read(text.slice(index, index + step));
        this.#lex(before);
        this.#release(this.#finder.live);
      }
    });
  }

  end(): string {
    this.#begin();
    if (this.#ended) return "";
    const before = this.#finder.position;
    const out = this.#guarded(() => {
      this.#finder.end();
      this.#lex(before);
      this.#lexer.end();
      this.#release(this.#finder.position);
    });
    this.#ended = true;
    return out;
  }

  #lex(from: number): void {
    if (this.#finder.position > from) this.#lexer.read(this.#finder.text(from, this.#finder.position));
  }

  /** What fails ends the channel: nothing is released after it. */
  #guarded(work: () => void): string {
    try {
      work();
      return this.#finish();
    } catch (cause) {
      this.#ended = true;
      throw maskingFailed(cause);
    }
  }

  #begin(): void {
    this.#found = [];
    this.#covered = [];
    this.#out = "";
  }

  #finish(): string {
    this.regions = this.#found.length === 0 ? NO_MASKED_REGIONS : this.#found;
    this.covered = this.#covered.length === 0 ? NO_SPANS : this.#covered;
    return this.#out;
  }

  #release(live: number): void {
    const finder = this.#finder;
    const from = this.#released;
    const outFrom = this.#out.length;
    this.#placement = new Placement(from - outFrom);
    const limit = Math.max(from, frontierOf(finder, { live, longest: this.#plan.longest }));
    for (const piece of this.#lexer.found.pieces) {
      if (piece.start > this.#released || this.cut !== null) break;
      const end = piece.end < 0 ? finder.position : piece.end;
      if (end <= this.#released) continue;
      // Structure is written as it stands, whatever covers it, so it waits for nothing but a cut.
      if (piece.kind === "mark")
        this.#copyTo(this.#wholeStart(this.#plan.hasCuts ? Math.min(end, limit) : end));
      else if (piece.kind !== "number") this.#releaseText(piece, Math.min(end, limit));
      else if (piece.end >= 0 && end <= limit) this.#releaseNumber(piece);
      else break;
      if (this.#released < end) break;
    }
    this.#noteCut(limit);
    this.#forget(live);
  }

  #noteCut(limit: number): void {
    const region = this.#finder.masked.find((each) => each.cut && each.start <= limit);
    if (region === undefined) return;
    const at = this.#out.length;
    this.cut = { ...this.#describe(region, region), start: at, end: at, action: "cut" };
    this.#ended = true;
  }

  #copyTo(position: number): void {
    if (position <= this.#released) return;
    this.#out += this.#finder.text(this.#released, position);
    this.#released = position;
  }

  /** Text inside quotes, or text that is no JSON, up to `to`. */
  #releaseText(piece: JsonPiece, to: number): void {
    const whole = piece.kind === "string" || piece.depth > 0;
    for (const region of this.#finder.masked) {
      if (region.start >= to) break;
      if (region.end <= this.#released || region.cut) continue;
      const start = Math.max(whole ? this.#wholeStart(region.start) : region.start, this.#released);
      const end = whole ? this.#coveredEnd(region, to) : Math.min(region.end, to);
      // The escape sequence that it begins and ends in is under the placeholder before it.
      if (end >= 0 && end <= this.#released) continue;
      this.#copyTo(start);
      // Structure before it may be out while the region itself has not ended.
      if (end <= start) return;
      this.#replace(region, { piece, start, end });
    }
    const clean = whole ? this.#wholeStart(to) : to;
    this.#copyTo(clean);
  }

  #replace(
    region: Region,
    at: { readonly piece: JsonPiece; readonly start: number; readonly end: number },
  ): void {
    const { piece, start, end } = at;
    const outStart = this.#out.length;
    if (!region.opened || this.#openIn !== piece.start) {
      const placeholder = this.#placeholder(region, at);
      this.#out += quoted(placeholder, layersOf(piece));
      this.#found.push({ ...this.#describe(region, at), start: outStart, end: this.#out.length });
      this.#placement.add(start, end, { start: outStart, end: this.#out.length });
    }
    region.opened = true;
    this.#openIn = piece.start;
    this.#cover(end);
    this.#released = Math.max(this.#released, end);
  }

  #releaseNumber(piece: JsonPiece): void {
    const region = this.#finder.masked.find((each) => each.start < piece.end && each.end > piece.start);
    if (region === undefined) {
      this.#copyTo(piece.end);
      return;
    }
    const start = this.#out.length;
    const { depth, end } = piece;
    const quote = quoted('"', depth);
    const placeholder = this.#placeholder(region, { piece, start: piece.start, end });
    this.#out += quote + quoted(placeholder, depth + 1) + quote;
    this.#found.push({
      ...this.#describe(region, { start: piece.start, end }),
      start: start + quote.length,
      end: this.#out.length - quote.length,
    });
    this.#placement.add(piece.start, end, { start, end: this.#out.length });
    this.#cover(end);
    this.#released = end;
  }

  #cover(end: number): void {
    const { origin } = this.#finder;
    this.#covered.push({ start: origin + this.#released, end: origin + end });
  }

  #placeholder(
    region: Region,
    at: { readonly piece: JsonPiece; readonly start: number; readonly end: number },
  ): string {
    return this.#plan.placeholder(region, {
      scope: this.#scope,
      text: () => unquoted(this.#finder.text(at.start, at.end), layersOf(at.piece)),
    });
  }

  #describe(region: Region, at: { readonly start: number; readonly end: number }): MaskedRegion {
    const detector = this.#plan.rules.detectors[(region.sticky ?? region.label).rule];
    return {
      entity: detector?.entity ?? "",
      detector: detector?.id ?? "",
      start: 0,
      end: 0,
      inputStart: this.#finder.origin + at.start,
      inputEnd: this.#finder.origin + at.end,
      action: "mask",
    };
  }

  /**
   * Where the part of a region before `to` ends, no escape sequence cut: -1 while the last one is
   * incomplete, but for a region that goes on, which covers what stands before that.
   */
  #coveredEnd(region: Region, to: number): number {
    const position = Math.min(region.end, to);
    const end = this.#wholeEnd(position);
    return end < 0 && region.sticky !== null ? this.#wholeStart(position) : end;
  }

  /** `position`, or the start of the escape sequence that it lies inside of. */
  #wholeStart(position: number): number {
    let start = position;
    for (const each of this.#lexer.found.escapes)
      if (isInside(each, position)) start = Math.min(start, each.start);
    return start;
  }

  /** `position`, or the end of the escape sequence that it lies inside of; -1 while that is incomplete. */
  #wholeEnd(position: number): number {
    let end = position;
    for (const each of this.#lexer.found.escapes) {
      if (!isInside(each, position)) continue;
      if (each.end < 0) return -1;
      end = Math.max(end, each.end);
    }
    return end;
  }

  #forget(live: number): void {
    const finder = this.#finder;
    let done = 0;
    for (const region of finder.masked) {
      if (region.end > Math.min(live, this.#released)) break;
      done++;
    }
    if (done > 0) finder.masked.splice(0, done);
    noteObserved(this.#found, {
      observed: finder.observed,
      until: this.#released,
      placement: this.#placement,
      describe: (region, at) => ({ ...this.#describe(region, region), ...at }),
    });
    this.#lexer.found.drop(this.#released);
    finder.drop(Math.min(this.#released, Math.max(live, finder.neededFrom)));
    const { excess } = finder;
    if (excess === 0) return;
    finder.rebase(excess);
    this.#lexer.rebase(excess);
    this.#released -= excess;
    if (this.#openIn >= 0) this.#openIn -= excess;
  }
}

function isInside(sequence: JsonEscape, position: number): boolean {
  return sequence.start < position && (sequence.end < 0 || sequence.end > position);
}

/** How many times what is written into a piece must be quoted. */
function layersOf(piece: JsonPiece): number {
  return piece.kind === "raw" ? piece.depth : piece.depth + 1;
}

function quoted(text: string, layers: number): string {
  let result = text;
  for (let layer = 0; layer < layers; layer++) result = JSON.stringify(result).slice(1, -1);
  return result;
}

/** The value of a piece of a JSON string; the piece itself where it is none. */
function unquoted(text: string, layers: number): string {
  let result = text;
  for (let layer = 0; layer < layers; layer++) {
    try {
      const value: unknown = JSON.parse(`"${result}"`);
      if (typeof value !== "string") return result;
      result = value;
    } catch {
      return result;
    }
  }
  return result;
}
