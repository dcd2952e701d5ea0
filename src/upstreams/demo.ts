import type { DecodedEvent } from "../dialects/dialect.js";
import type { DialectName } from "../domain/entry.js";
import { asSluiceError, SluiceError } from "../domain/errors.js";
import type { Clock } from "../domain/time.js";
import { demoCount, demoEvents } from "./demo-events.js";
import { CallPlaces, OpenCalls } from "./open-calls.js";
import { refusedCall } from "./refused-call.js";
import type { Upstream, UpstreamCall, UpstreamHandler, UpstreamStatus, UpstreamStream } from "./upstream.js";

export interface DemoUpstreamOptions {
  /** Name of the connection. */
  readonly name: string;
  /** Pieces per second of every answer; 0: as fast as they are taken. */
  readonly tokensPerSecond: number;
  /** Answers at once; more are refused as overloaded. */
  readonly maxConcurrent: number;
  readonly clock: Clock;
}

/** Pieces given at once where no rate is set, so that a fast reader never blocks the loop. */
const BATCH = 64;

/** The embedded model: needs no network, says the same to the same request. Speaks the `sluice` dialect. */
export function createDemoUpstream(options: DemoUpstreamOptions): Upstream {
  return new DemoUpstream(options);
}

class DemoUpstream implements Upstream {
  readonly name: string;
  readonly dialect: DialectName = "sluice";
  readonly #options: DemoUpstreamOptions;
  readonly #calls: OpenCalls<DemoCall>;

  constructor(options: DemoUpstreamOptions) {
    if (!Number.isFinite(options.tokensPerSecond) || options.tokensPerSecond < 0) {
      const message = `Connection ${JSON.stringify(options.name)}: tokensPerSecond must be 0 or more.`;
      throw new SluiceError("invalid_config", message, { field: "tokensPerSecond" });
    }
    this.name = options.name;
    this.#options = options;
    const { clock, maxConcurrent } = options;
    this.#calls = new OpenCalls(options.name, { places: new CallPlaces(maxConcurrent), clock });
  }

  open(call: UpstreamCall, handler: UpstreamHandler): UpstreamStream {
    const refusal = this.#calls.refusal(call.permit);
    if (refusal !== null) return refusedCall(refusal, handler);
    const made: DemoCall = new DemoCall(this.#options, call, {
      opened: () => handler.opened(),
      events: (batch) => handler.events(batch),
      failed: (error) => {
        this.#calls.note(error.code);
        handler.failed(error);
      },
      finished: () => {
        this.#calls.note(null);
        handler.finished();
      },
    });
    this.#calls.add(made);
    void made.closed.then(() => this.#calls.remove(made));
    return made;
  }

  status(): UpstreamStatus {
    return this.#calls.status();
  }

  close(): Promise<void> {
    return this.#calls.close();
  }
}

class DemoCall implements UpstreamStream {
  readonly closed: Promise<void>;
  readonly #options: DemoUpstreamOptions;
  readonly #handler: UpstreamHandler;
  readonly #events: Iterator<DecodedEvent>;
  #markClosed: () => void = () => undefined;
  #cancelTimer: () => void = () => undefined;
  #isPaused = false;
  #isOver = false;
  /** The moment at which piece number 0 was due; moved on by every pause. */
  #startedAtMs: number;
  #said = 0;

  constructor(options: DemoUpstreamOptions, call: UpstreamCall, handler: UpstreamHandler) {
    this.#options = options;
    this.#handler = handler;
    const request = call.request.neutral;
    this.#events =
      call.request.operation === "count_tokens"
        ? demoCount(request)
        : demoEvents({
            request,
            model: call.permit.model,
            responseId: `demo_${call.permit.session}`,
            maxTokens: call.maxTokens,
          });
    this.#startedAtMs = options.clock.monotonicMs();
    this.closed = new Promise((resolve) => {
      this.#markClosed = resolve;
    });
    this.#wake(0, () => {
      this.#tell(() => handler.opened());
      this.#startedAtMs = options.clock.monotonicMs();
      this.#run();
    });
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    if (this.#isOver) return;
    this.#startedAtMs = this.#options.clock.monotonicMs() - this.#dueMs(this.#said);
    this.#wake(0, () => this.#run());
  }

  abort(): void {
    this.#leave();
  }

  fail(error: SluiceError): void {
    if (this.#isOver) return;
    this.#leave();
    this.#handler.failed(error);
  }

  #dueMs(piece: number): number {
    const { tokensPerSecond } = this.#options;
    return tokensPerSecond === 0 ? 0 : (piece * 1_000) / tokensPerSecond;
  }

  /** One timer at a time: a resume before the timer of an earlier wait has run replaces it. */
  #wake(ms: number, task: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#options.clock.after(ms, task);
  }

  /** Says what is due by now, then waits for the next piece. */
  #run(): void {
    if (this.#isOver || this.#isPaused) return;
    const elapsedMs = this.#options.clock.monotonicMs() - this.#startedAtMs;
    const batch: DecodedEvent[] = [];
    let isWhole = false;
    while (batch.length < BATCH && this.#dueMs(this.#said) <= elapsedMs && !isWhole) {
      const next = this.#events.next();
      if (next.done === true || next.value.type === "finished") {
        isWhole = true;
      } else {
        if (next.value.type === "delta") this.#said++;
        batch.push(next.value);
      }
    }
    if (batch.length > 0) this.#tell(() => this.#handler.events(batch));
    if (this.#isOver) return;
    if (isWhole) this.#finish();
    else this.#wake(Math.max(0, this.#dueMs(this.#said) - elapsedMs), () => this.#run());
  }

  #finish(): void {
    this.#leave();
    this.#handler.finished();
  }

  #tell(news: () => void): void {
    if (this.#isOver) return;
    try {
      news();
    } catch (thrown) {
      this.fail(asSluiceError(thrown));
    }
  }

  #leave(): void {
    this.#isOver = true;
    this.#cancelTimer();
    this.#markClosed();
  }
}
