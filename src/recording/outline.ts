import type { Entry, EntryBody } from "../domain/entry.js";
import { readAll } from "./read-all.js";
import type { SessionReader } from "./session-reader.js";

export const OUTLINE_BUCKETS = 500;
/** Most marks of one kind; a log with more shows its first ones. */
const MOST_EVENTS = 2000;
/** Entries counted before the event loop gets its turn. */
const SLICE = 4000;

/** Something that a timeline marks: where, when and what, never text. */
export interface OutlineEvent {
  readonly seq: number;
  readonly offsetUs: number;
  readonly type: Exclude<EntryBody["type"], "chunk" | "template"> | "mask" | "first_chunk";
  /** A word that says which: effect, outcome, cause, entity; null where the type says all. */
  readonly detail: string | null;
}

export interface Outline {
  readonly lastSeq: number;
  readonly durationUs: number;
  readonly events: readonly OutlineEvent[];
  /** True: there were more events than an outline holds. */
  readonly isCut: boolean;
  /** Recorded time that one bucket stands for, microseconds. */
  readonly bucketUs: number;
  /** Characters (UTF-16 units) released in each bucket; at most 500. */
  readonly characters: readonly number[];
  readonly chunks: readonly number[];
}

/** What a player needs before it has the text. @throws SluiceError `storage_failed` */
export async function outlineOf(reader: SessionReader): Promise<Outline> {
  const events: OutlineEvent[] = [];
  // The length is known only at the end: buckets are halved in number whenever time outgrows them.
  const density = new Density();
  let lastSeq = 0;
  let durationUs = 0;
  let isCut = false;
  let hasChunk = false;
  for await (const entry of readAll(reader)) {
    lastSeq = entry.seq;
    durationUs = entry.offsetUs;
    if (entry.type === "chunk") density.add(entry.offsetUs, entry.text.length);
    for (const event of eventsOf(entry, !hasChunk)) {
      if (events.length < MOST_EVENTS) events.push(event);
      else isCut = true;
    }
    if (entry.type === "chunk") hasChunk = true;
    if (entry.seq % SLICE === 0) await new Promise<void>((resolve) => setImmediate(resolve));
  }
  const { bucketUs, characters, chunks } = density.result();
  return { lastSeq, durationUs, events, isCut, bucketUs, characters, chunks };
}

function* eventsOf(entry: Entry, isFirst: boolean): Generator<OutlineEvent> {
  const { seq, offsetUs } = entry;
  switch (entry.type) {
    case "template":
      return;
    case "chunk":
      if (isFirst) yield { seq, offsetUs, type: "first_chunk", detail: null };
      for (const { entity } of entry.findings) yield { seq, offsetUs, type: "mask", detail: entity };
      return;
    case "output":
      for (const item of entry.items) {
        if (item.type === "usage" || item.type === "finish")
          yield { seq, offsetUs, type: "output", detail: item.type };
      }
      return;
    default:
      yield { seq, offsetUs, type: entry.type, detail: detailOf(entry) };
  }
}

function detailOf(entry: Exclude<Entry, { type: "chunk" | "template" | "output" }>): string | null {
  switch (entry.type) {
    case "decided":
      return entry.effect;
    case "review_decided":
    case "ended":
      return entry.outcome;
    case "segment":
      return entry.cause;
    case "opened":
    case "review_requested":
    case "upstream_opened":
      return null;
  }
}

/** Counts over a time whose end is not known: starts fine, and joins neighbours when it runs over. */
class Density {
  #bucketUs = 1000;
  #characters: number[] = [];
  #chunks: number[] = [];

  add(offsetUs: number, characters: number): void {
    while (offsetUs >= this.#bucketUs * OUTLINE_BUCKETS) this.#coarsen();
    const at = Math.floor(offsetUs / this.#bucketUs);
    while (this.#characters.length <= at) {
      this.#characters.push(0);
      this.#chunks.push(0);
    }
    this.#characters[at] = (this.#characters[at] ?? 0) + characters;
    this.#chunks[at] = (this.#chunks[at] ?? 0) + 1;
  }

  #coarsen(): void {
    this.#bucketUs *= 2;
    this.#characters = joined(this.#characters);
    this.#chunks = joined(this.#chunks);
  }

  result(): Pick<Outline, "bucketUs" | "characters" | "chunks"> {
    return { bucketUs: this.#bucketUs, characters: this.#characters, chunks: this.#chunks };
  }
}

function joined(counts: readonly number[]): number[] {
  const half: number[] = [];
  for (let at = 0; at < counts.length; at += 2) half.push((counts[at] ?? 0) + (counts[at + 1] ?? 0));
  return half;
}
