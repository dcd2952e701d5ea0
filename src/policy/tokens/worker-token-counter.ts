import type { Worker } from "node:worker_threads";
import { SluiceError } from "../../domain/errors.js";
import { inTurns, Pace } from "../../domain/pace.js";
import type { PromptSegment } from "../../domain/prompt.js";
import type { Clock } from "../../domain/time.js";
import type { CountAnswer, CountRequest } from "./count-jobs.js";
import { encodingOf } from "./encoding-of.js";
import { startTokenizerWorker } from "./start-worker.js";
import { byteBound, frameTokens, takeCensus, unknownModelBound } from "./token-bound.js";
import type { TokenCounter } from "./token-counter.js";

export interface WorkerTokenCounterOptions {
  readonly clock: Clock;
  /** A count that takes longer becomes the bound by bytes. Default 2,000. */
  readonly timeoutMs?: number;
  /** Text under way in the worker; what comes beyond is bounded by bytes at once. Default 32 Mi. */
  readonly maxQueuedChars?: number;
  /** Told when the worker dies, since nothing else would show but higher counts. */
  readonly onProblem?: (error: SluiceError) => void;
}

/** Prompts beyond this are over every limit that makes sense; counting them exactly helps nobody. */
const MAX_COUNTED_CHARS = 8 << 20;

/** Counts in a worker thread, started with the first count. Whatever goes wrong there, the answer is a bound. */
export class WorkerTokenCounter implements TokenCounter {
  readonly #options: WorkerTokenCounterOptions;
  readonly #waiting = new Map<number, (tokens: number | null) => void>();
  #worker: Worker | null = null;
  #jobs = 0;
  #queuedChars = 0;
  #closed = false;

  constructor(options: WorkerTokenCounterOptions) {
    this.#options = options;
  }

  async count(segments: readonly PromptSegment[], model: string): Promise<number> {
    const texts = segments.map(({ text }) => text);
    const pace = new Pace();
    const bytes = byteBound(texts);
    if (pace.isDue) await pace.giveWay();
    const frame = frameTokens(segments);
    if (pace.isDue) await pace.giveWay();
    if (bytes === 0) return frame;
    const encoding = encodingOf(model);
    const counted = await this.#countTexts(texts, encoding ?? "o200k_base");
    if (counted === null) return frame + bytes;
    if (encoding !== null) return frame + counted;
    const census = await inTurns(takeCensus(texts));
    return frame + unknownModelBound(counted, census, bytes);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#stop();
  }

  async #countTexts(
    texts: readonly string[],
    encoding: "o200k_base" | "cl100k_base",
  ): Promise<number | null> {
    const chars = texts.reduce((sum, text) => sum + text.length, 0);
    const most = this.#options.maxQueuedChars ?? 32 << 20;
    if (this.#closed || chars > MAX_COUNTED_CHARS || this.#queuedChars + chars > most) return null;
    this.#queuedChars += chars;
    try {
      return await this.#ask(texts, encoding);
    } finally {
      this.#queuedChars -= chars;
    }
  }

  #ask(texts: readonly string[], encoding: "o200k_base" | "cl100k_base"): Promise<number | null> {
    const worker = this.#running();
    const job = ++this.#jobs;
    return new Promise((resolve) => {
      const cancelTimer = this.#options.clock.after(this.#options.timeoutMs ?? 2000, () => {
        this.#send(worker, { type: "cancel", job });
        this.#settle(job, null);
      });
      // An idle worker does not keep the process alive; one that somebody waits for does.
      worker.ref();
      this.#waiting.set(job, (tokens) => {
        cancelTimer();
        resolve(tokens);
      });
      const lengths = Uint32Array.from(texts, ({ length }) => length);
      this.#send(worker, { type: "count", job, encoding, joined: texts.join(""), lengths });
    });
  }

  #running(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = startTokenizerWorker();
    worker.unref();
    worker.on("message", (answer: CountAnswer) =>
      this.#settle(answer.job, "tokens" in answer ? answer.tokens : null),
    );
    // A worker that died answers nobody: everyone gets a bound, and the next count starts another.
    worker.on("error", (error) => {
      this.#options.onProblem?.(
        new SluiceError("internal", "The tokenizer died; counts are upper bounds.", {}, { cause: error }),
      );
      this.#lost(worker);
    });
    worker.on("exit", () => this.#lost(worker));
    this.#worker = worker;
    return worker;
  }

  #send(worker: Worker, request: CountRequest): void {
    worker.postMessage(request);
  }

  #settle(job: number, tokens: number | null): void {
    const settle = this.#waiting.get(job);
    this.#waiting.delete(job);
    if (this.#waiting.size === 0) this.#worker?.unref();
    settle?.(tokens);
  }

  #lost(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    for (const job of [...this.#waiting.keys()]) this.#settle(job, null);
  }

  async #stop(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    this.#lost(worker);
    await worker.terminate();
  }
}
