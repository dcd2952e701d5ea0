import type { DecodedEvent, Decoder } from "../dialects/dialect.js";
import { asSluiceError, SluiceError } from "../domain/errors.js";
import type { Clock } from "../domain/time.js";

export interface AnswerReaderOptions {
  readonly decoder: Decoder;
  /** Most bytes of the body. */
  readonly totalBytes: number;
  readonly clock: Clock;
}

/**
 * Reads one answer's body: decodes it, gathers the events that one read completes, and notes when text
 * came last and whether the end was seen. Calls nobody, so that it may run inside the HTTP parser.
 */
export class AnswerReader {
  readonly #options: AnswerReaderOptions;
  #bytes = 0;
  #batch: DecodedEvent[] | null = null;
  #lastTextAtMs: number | null = null;
  #wholeAtMs: number | null = null;

  constructor(options: AnswerReaderOptions) {
    this.#options = options;
  }

  /** When the last text came, monotonic; null: none yet. */
  get lastTextAtMs(): number | null {
    return this.#lastTextAtMs;
  }

  /** When the dialect's end was seen, monotonic; null: not yet. */
  get wholeAtMs(): number | null {
    return this.#wholeAtMs;
  }

  /** Whether `drain` would return events. */
  get hasEvents(): boolean {
    return this.#batch !== null;
  }

  /** Returns what is wrong with the answer, or null. Events before the fault still stand in the batch. */
  push(bytes: Buffer): SluiceError | null {
    this.#bytes += bytes.length;
    if (this.#bytes > this.#options.totalBytes) {
      return broken(`The model's answer is longer than ${this.#options.totalBytes} bytes.`);
    }
    try {
      return this.#take(this.#options.decoder.push(bytes));
    } catch (thrown) {
      return asSluiceError(thrown);
    }
  }

  /** The body ended. Returns what is wrong with that, or null. */
  end(): SluiceError | null {
    let fault: SluiceError | null;
    try {
      fault = this.#take(this.#options.decoder.end());
    } catch (thrown) {
      fault = asSluiceError(thrown);
    }
    if (fault !== null || this.#wholeAtMs !== null) return fault;
    return broken("The model's answer ended before it was finished.");
  }

  /** The oldest events that were not drained yet, `most` of them or fewer; null: none. */
  drain(most: number): readonly DecodedEvent[] | null {
    const batch = this.#batch;
    if (batch === null || batch.length <= most) {
      this.#batch = null;
      return batch;
    }
    return batch.splice(0, most);
  }

  #take(events: readonly DecodedEvent[]): SluiceError | null {
    let isProgress = false;
    let fault: SluiceError | null = null;
    for (const event of events) {
      if (this.#wholeAtMs !== null) fault = broken("The model's answer went on after its end.");
      else if (event.type === "failed") fault = event.error;
      else if (event.type === "finished") this.#wholeAtMs = this.#options.clock.monotonicMs();
      else {
        isProgress ||= showsProgress(event);
        if (this.#batch === null) this.#batch = [event];
        else this.#batch.push(event);
      }
      if (fault !== null) break;
    }
    // The clock is read once per read of the socket and not once per event.
    if (isProgress) this.#lastTextAtMs = this.#options.clock.monotonicMs();
    return fault;
  }
}

/**
 * Whether an event shows that the model works. Text does; so do events that a limit bounds (a new
 * channel, the end of a choice). Empty pieces and keep-alives do not: a model could send them for ever.
 */
function showsProgress(event: Extract<DecodedEvent, { type: "delta" | "output" }>): boolean {
  if (event.type === "delta") return event.text !== "";
  return event.items.some((item) => item.type === "channel" || item.type === "finish");
}

export function broken(message: string): SluiceError {
  return new SluiceError("upstream_broken", message);
}
