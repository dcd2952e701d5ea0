import type { Encoding } from "./encoding-of.js";
import { type Slice, slicesOf } from "./slices.js";

/** What the worker is asked, and what it answers. */
export type CountRequest =
  | {
      readonly type: "count";
      readonly job: number;
      readonly encoding: Encoding;
      /** All texts one after the other, since many strings are slow to hand over, and their lengths. */
      readonly joined: string;
      readonly lengths: Uint32Array;
    }
  | { readonly type: "cancel"; readonly job: number };
export type CountAnswer =
  | { readonly job: number; readonly tokens: number }
  | { readonly job: number; readonly failed: true };

interface Job {
  readonly encoding: Encoding;
  readonly slices: Iterator<Slice>;
  tokens: number;
}

export type CountTokens = (text: string) => number;

/** Counts for several callers in turns, a slice each, so that a long prompt delays no other. */
export class CountJobs {
  readonly #load: (encoding: Encoding) => Promise<CountTokens>;
  readonly #answer: (answer: CountAnswer) => void;
  readonly #jobs = new Map<number, Job>();
  #running = false;

  constructor(load: (encoding: Encoding) => Promise<CountTokens>, answer: (answer: CountAnswer) => void) {
    this.#load = load;
    this.#answer = answer;
  }

  take(request: CountRequest): void {
    if (request.type === "cancel") {
      this.#jobs.delete(request.job);
      return;
    }
    const { encoding, joined, lengths } = request;
    this.#jobs.set(request.job, { encoding, slices: allSlices(joined, lengths), tokens: 0 });
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#jobs.size > 0) {
      for (const [id, job] of this.#jobs) await this.#step(id, job);
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#running = false;
  }

  async #step(id: number, job: Job): Promise<void> {
    try {
      const count = await this.#load(job.encoding);
      const next = job.slices.next();
      if (next.done !== true) {
        job.tokens += count(next.value.text) + (next.value.forced ? 1 : 0);
        return;
      }
      if (this.#jobs.delete(id)) this.#answer({ job: id, tokens: job.tokens });
    } catch {
      // The caller falls back to a bound; what failed may hold prompt text and goes nowhere.
      if (this.#jobs.delete(id)) this.#answer({ job: id, failed: true });
    }
  }
}

function* allSlices(joined: string, lengths: Uint32Array): Generator<Slice> {
  let at = 0;
  for (const length of lengths) {
    yield* slicesOf(joined.slice(at, at + length));
    at += length;
  }
}
