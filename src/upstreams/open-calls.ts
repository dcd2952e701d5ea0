import type { Permit } from "../domain/decision.js";
import { SluiceError } from "../domain/errors.js";
import type { Clock } from "../domain/time.js";
import { permitFault } from "./permit-fault.js";
import type { UpstreamStatus, UpstreamStream } from "./upstream.js";

/** How many calls a connection takes at once, over all dialects that its endpoint speaks. */
export class CallPlaces {
  readonly #limit: number;
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get isFull(): boolean {
    return this.#taken >= this.#limit;
  }

  take(): void {
    this.#taken++;
  }

  giveBack(): void {
    this.#taken--;
  }
}

/** A call that its connection can end. */
interface EndableCall extends UpstreamStream {
  fail(error: SluiceError): void;
}

const OVERLOADED_RETRY_MS = 1_000;

/** The calls of one upstream: who may be one, how the last ones ended, and the end of all. */
export class OpenCalls<Call extends EndableCall> {
  readonly #connection: string;
  readonly #places: CallPlaces;
  readonly #clock: Pick<Clock, "nowMs">;
  readonly #calls = new Set<Call>();
  #isClosed = false;
  #lastSuccessAtMs: number | null = null;
  #lastErrorCode: string | null = null;

  constructor(
    connection: string,
    { places, clock }: { readonly places: CallPlaces; readonly clock: Pick<Clock, "nowMs"> },
  ) {
    this.#connection = connection;
    this.#places = places;
    this.#clock = clock;
  }

  /** Why no call may begin; null: it may. */
  refusal(permit: Permit): SluiceError | null {
    const fault = permitFault(permit, this.#connection);
    if (fault !== null) return fault;
    if (this.#isClosed) return new SluiceError("shutdown", "The gateway is shutting down.");
    if (!this.#places.isFull) return null;
    return new SluiceError("overloaded", "The model's connection is at its limit of calls at once.", {
      retryAfterMs: OVERLOADED_RETRY_MS,
    });
  }

  add(call: Call): void {
    this.#places.take();
    this.#calls.add(call);
  }

  /** Any number of times counts once. */
  remove(call: Call): void {
    if (this.#calls.delete(call)) this.#places.giveBack();
  }

  /** @param errorCode Null: the answer was whole. */
  note(errorCode: string | null): void {
    this.#lastErrorCode = errorCode;
    if (errorCode === null) this.#lastSuccessAtMs = this.#clock.nowMs();
  }

  status(): UpstreamStatus {
    return {
      lastSuccessAtMs: this.#lastSuccessAtMs,
      lastErrorCode: this.#lastErrorCode,
      active: this.#calls.size,
    };
  }

  /** Resolves when the last call is over. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const calls = [...this.#calls];
    for (const call of calls) call.fail(new SluiceError("shutdown", "The gateway is shutting down."));
    await Promise.all(calls.map((call) => call.closed));
  }
}
