import type { Cursor, SpanSink } from "./cursor.js";
import { Unescaper } from "./unescaper.js";

/** What a reading tells: spans, with how many layers lie between the source and what it read. */
export interface ReadingSink extends SpanSink {
  /** Layers of the reading whose spans come next; 0 is the source itself. */
  level: number;
  classOf(codePoint: number): number;
  /** Called after every character of a reading, to find candidates that grew too old. */
  aged(cursor: Cursor, end: number): void;
}

/** Escapes may be nested so deep: a JSON text inside a JSON string inside a JSON string. */
const MAX_LEVELS = 3;

const ESCAPES: ReadonlySet<number> = new Set([0x5c, 0x26, 0x25]);

/**
 * A second reading of the text, with disguises taken off. It begins where the two readings part,
 * at a character that may be an escape, markup or a disguise, and is dropped where they agree again.
 */
export class Reading {
  readonly level: number;
  readonly cursor: Cursor;
  readonly #unescaper: Unescaper;
  #inner: Reading | null = null;

  /** @param previous the character before, as the outer reading sees it; -1 at the beginning. */
  constructor(outer: Cursor, level: number, previous: number) {
    this.level = level;
    this.cursor = outer.fork();
    this.#unescaper = new Unescaper(level === 1 ? "markup" : "escapes", previous);
  }

  take(codePoint: number, at: { readonly start: number; readonly end: number }, sink: ReadingSink): void {
    this.#unescaper.take(codePoint, at.start, at.end);
    this.#drain(sink);
  }

  /**
   * The source was read up to `end`, whatever of it came out here: what is undecided, and candidates,
   * grow older over what a reading drops.
   */
  age(sink: ReadingSink, end: number): void {
    this.#unescaper.expire(end);
    this.#drain(sink);
    sink.aged(this.cursor, end);
    this.#inner?.age(sink, end);
  }

  /** The text has ended: reads what is pending. */
  flush(sink: ReadingSink): void {
    this.#unescaper.finish();
    this.#drain(sink);
    this.#inner?.flush(sink);
  }

  /** Takes the edge of the text, after `flush`. */
  finish(sink: ReadingSink, edge: number, end: number): void {
    sink.level = this.level;
    this.cursor.take(edge, end, end, sink);
    this.#inner?.finish(sink, edge, end);
  }

  #drain(sink: ReadingSink): void {
    const { out } = this.#unescaper;
    if (out.length === 0) return;
    for (let index = 0; index < out.length; index += 3) {
      const codePoint = out[index] ?? 0;
      const start = out[index + 1] ?? 0;
      const end = out[index + 2] ?? 0;
      if (this.#inner === null && this.level < MAX_LEVELS && ESCAPES.has(codePoint)) {
        this.#inner = new Reading(this.cursor, this.level + 1, -1);
      }
      sink.level = this.level;
      this.cursor.take(sink.classOf(codePoint), start, end, sink);
      sink.aged(this.cursor, end);
      this.#inner?.take(codePoint, { start, end }, sink);
      if (this.#inner?.agrees(this.cursor, codePoint) === true) this.#inner = null;
    }
    out.length = 0;
  }

  /** Whether it will find what the outer reading finds, from here on. */
  agrees(outer: Cursor, previous: number): boolean {
    if (this.#inner !== null || !this.#unescaper.isFreshAfter(previous)) return false;
    if (!this.cursor.agrees(outer)) return false;
    return this.cursor.groups === 0 || (this.cursor.starts[0] ?? 0) >= this.#unescaper.changedEnd;
  }

  /** All cursors of it, outermost first. */
  *cursors(): Generator<Cursor> {
    yield this.cursor;
    if (this.#inner !== null) yield* this.#inner.cursors();
  }

  /** Start of the escape that is not decided yet, or `otherwise`. */
  pendingStart(otherwise: number): number {
    const own = this.#unescaper.pendingStart;
    const inner = this.#inner?.pendingStart(otherwise) ?? otherwise;
    return own < 0 ? inner : Math.min(own, inner);
  }

  settle(): void {
    for (const cursor of this.cursors()) cursor.settle();
  }

  rebase(by: number): void {
    this.cursor.rebase(by);
    this.#unescaper.rebase(by);
    this.#inner?.rebase(by);
  }
}
