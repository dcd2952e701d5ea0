/** A closed loop of paced streams with stamps in their text, as the harness's own client runs it, for every way in. */
import type { LoadClient } from "./stream-clients.js";

export interface LoadShape {
  readonly streams: number;
  /** Chunks of one answer. */
  readonly chunks: number;
  /** Chunks a second and stream; 0: as fast as they go. */
  readonly perSecond: number;
  /** Chunks in one write of the model. Default: 1. */
  readonly burst?: number;
  /** Every so many chunks carry the time at which they were sent. Default: 8. */
  readonly stampEvery?: number;
  readonly warmMs: number;
  readonly measuredMs: number;
  /** Streams begin spread over this time. Default: the time of ten chunks. */
  readonly staggerMs?: number;
}

export interface LoadSeen {
  readonly chunks: number;
  readonly elapsedMs: number;
  readonly answers: number;
  /** Ends that were not `complete`, counted. */
  readonly failures: Readonly<Record<string, number>>;
  /** From asking to the first text, milliseconds. */
  readonly firstMs: Percentiles;
  /** From the model's write to the client's read, milliseconds. */
  readonly latencyMs: Percentiles;
}

export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** What is asked about the gateway when measuring begins and ends. */
export interface Meter<Begun, Ended> {
  begin(): Promise<Begun>;
  end(begun: Begun): Promise<Ended>;
}

const STAMP = /~t([a-j]{12});/g;

export function modelOf({ chunks, perSecond, burst = 1, stampEvery = 8 }: LoadShape): string {
  return `mock:n=${chunks},r=${perSecond},b=${burst},k=${stampEvery},d=0,p=0,s=0`;
}

/** Runs the load and ends every stream that it began. */
export async function drive<Begun, Ended>(
  client: LoadClient,
  shape: LoadShape,
  meter: Meter<Begun, Ended>,
): Promise<{ readonly seen: LoadSeen; readonly metered: Ended }> {
  const run = new Run(client, shape);
  const lanes = Array.from({ length: shape.streams }, (_, lane) => run.lane(lane));
  await wait(shape.warmMs);
  const begun = await meter.begin();
  run.measure();
  const startedMs = performance.now();
  await wait(shape.measuredMs);
  run.stop();
  const elapsedMs = performance.now() - startedMs;
  const metered = await meter.end(begun);
  run.cancel();
  await Promise.all(lanes);
  return { seen: run.seen(elapsedMs), metered };
}

class Run {
  readonly #client: LoadClient;
  readonly #shape: LoadShape;
  readonly #model: string;
  #isMeasuring = false;
  #isOver = false;
  #stamps = 0;
  #answers = 0;
  readonly #failures = new Map<string, number>();
  readonly #first: number[] = [];
  readonly #latency: number[] = [];
  readonly #open = new Set<{ cancel(): void }>();

  constructor(client: LoadClient, shape: LoadShape) {
    this.#client = client;
    this.#shape = shape;
    this.#model = modelOf(shape);
  }

  async lane(index: number): Promise<void> {
    const { streams, perSecond, staggerMs = perSecond === 0 ? 0 : 10_000 / perSecond } = this.#shape;
    await wait((index * staggerMs) / streams);
    while (!this.#isOver) {
      const outcome = await this.#stream();
      if (this.#isOver) return;
      if (outcome === "complete") this.#answers += this.#isMeasuring ? 1 : 0;
      else {
        this.#failures.set(outcome, (this.#failures.get(outcome) ?? 0) + 1);
        // Who was refused does not ask again at once.
        await wait(250);
      }
    }
  }

  async #stream(): Promise<string> {
    const askedMs = performance.now();
    let tail = "";
    let isFirst = true;
    const stream = this.#client.open({
      model: this.#model,
      onText: (text) => {
        if (isFirst && this.#isMeasuring) this.#first.push(performance.now() - askedMs);
        isFirst = false;
        tail = this.#take(tail + text);
      },
    });
    this.#open.add(stream);
    const outcome = await stream.ended;
    this.#open.delete(stream);
    return outcome;
  }

  /** Counts the stamps in a text and returns what may still be the beginning of one. */
  #take(text: string): string {
    let end = 0;
    for (const found of text.matchAll(STAMP)) {
      end = found.index + found[0].length;
      if (!this.#isMeasuring) continue;
      this.#stamps += 1;
      this.#latency.push(Number(process.hrtime.bigint()) / 1e6 - stampMs(found[1] ?? ""));
    }
    return text.slice(Math.max(end, text.length - 16));
  }

  measure(): void {
    this.#isMeasuring = true;
  }

  stop(): void {
    this.#isMeasuring = false;
    this.#isOver = true;
  }

  cancel(): void {
    for (const stream of this.#open) stream.cancel();
  }

  seen(elapsedMs: number): LoadSeen {
    return {
      chunks: this.#stamps * (this.#shape.stampEvery ?? 8),
      elapsedMs,
      answers: this.#answers,
      failures: Object.fromEntries(this.#failures),
      firstMs: percentiles(this.#first),
      latencyMs: percentiles(this.#latency),
    };
  }
}

/** The digits of a time in microseconds, as letters. */
function stampMs(letters: string): number {
  let us = 0;
  for (let at = 0; at < letters.length; at++) us = us * 10 + letters.charCodeAt(at) - 97;
  return us / 1000;
}

export function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? 0 };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
