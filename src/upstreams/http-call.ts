import type { Dispatcher } from "undici";
import { asSluiceError, SluiceError } from "../domain/errors.js";
import { type AnswerHead, planAnswer } from "./answer-head.js";
import { AnswerReader, broken } from "./answer-reader.js";
import type { CallHost, CallOutcome, PreparedCall } from "./call-host.js";
import type { Connection } from "./connection.js";
import type { Watched } from "./deadline-watch.js";
import { Delivery } from "./delivery.js";
import { DialError } from "./dialer.js";
import { RefusalBody } from "./refusal-body.js";
import type { UpstreamHandler, UpstreamStream } from "./upstream.js";

/** Time after the dialect's end in which the body should end too; more text until then breaks the stream. */
const LINGER_MS = 250;
const RETRY_PAUSE_MS = 50;
const REFUSAL_BODY_MS = 5_000;
/** Failures to connect that a second attempt may cure; nothing was sent to the model. */
const RETRIED = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** Where a call stands, with what belongs to that place. */
type State =
  | { readonly type: "preparing" }
  | { readonly type: "connecting"; readonly prepared: PreparedCall }
  | { readonly type: "waiting"; readonly prepared: PreparedCall }
  | { readonly type: "reading"; readonly reader: AnswerReader; readonly stream: boolean }
  | { readonly type: "refused"; readonly head: AnswerHead; readonly body: RefusalBody }
  | { readonly type: "done" };

/**
 * One call over HTTP/1.1. The library calls in from inside its parser, which is one for the process and
 * must not be entered twice, so whatever runs the owner's code or reads a socket is left to the delivery,
 * in a turn of its own. That also joins the pieces that one wake-up of the socket brings into one batch.
 */
export class HttpCall implements Dispatcher.DispatchHandler, UpstreamStream, Watched {
  readonly closed: Promise<void>;
  readonly #host: CallHost;
  readonly #delivery: Delivery;
  #markClosed: () => void = () => undefined;
  #state: State = { type: "preparing" };
  #connection: Connection | null = null;
  #attempts = 0;
  #cancelLinger: (() => void) | null = null;
  readonly #startedAtMs: number;
  /** Start of the present wait: for the connection, the first text, or the next. */
  #sinceMs: number;

  constructor(host: CallHost, handler: UpstreamHandler) {
    this.#host = host;
    this.#delivery = new Delivery(handler, host.turns, {
      flow: (isOpen) => (isOpen ? this.#connection?.resume() : this.#connection?.pause()),
      fault: (error) => this.fail(error),
    });
    this.#startedAtMs = host.clock.monotonicMs();
    this.#sinceMs = this.#startedAtMs;
    this.closed = new Promise((resolve) => {
      this.#markClosed = resolve;
    });
    host.watch.add(this);
    void this.#begin();
  }

  pause(): void {
    this.#delivery.pause();
  }

  resume(): void {
    if (!this.#delivery.isPaused) return;
    this.#sinceMs = this.#host.clock.monotonicMs();
    this.#delivery.resume();
  }

  abort(): void {
    this.#delivery.stop();
    if (this.#state.type !== "done") this.#leave("aborted", false);
  }

  /** Ends the call from the gateway's side: what its owner has not heard of is dropped. */
  fail(error: SluiceError): void {
    if (this.#state.type !== "done") this.#leave(error, false);
    this.#delivery.cut(error);
  }

  /** Ends the call with an error that its owner hears of after what was read before. */
  #break(error: SluiceError): void {
    if (this.#state.type === "done") return;
    this.#leave(error, false);
    this.#delivery.end(error);
  }

  check(nowMs: number): void {
    const state = this.#state;
    const { timeouts } = this.#host;
    const waitedMs = nowMs - this.#sinceMs;
    if (nowMs - this.#startedAtMs > timeouts.totalMs) {
      this.#late("did not finish its answer in time");
    } else if (state.type === "connecting" && waitedMs > timeouts.connectMs) {
      this.#break(unreachable("CONNECT_TIMEOUT"));
    } else if (state.type === "waiting" && state.prepared.stream && !this.#delivery.isPaused) {
      if (waitedMs > timeouts.firstTokenMs) this.#late("did not begin its answer in time");
    } else if (state.type === "reading") {
      this.#checkReading(state.reader, state.stream, nowMs);
    } else if (state.type === "refused" && waitedMs > REFUSAL_BODY_MS) {
      this.#refuse();
    }
  }

  /** A plain answer comes at once when all of it is made: only its total time says anything. */
  #checkReading(reader: AnswerReader, stream: boolean, nowMs: number): void {
    const { firstTokenMs, progressMs } = this.#host.timeouts;
    if (stream && !this.#delivery.isPaused && reader.wholeAtMs === null) {
      const waitedMs = nowMs - Math.max(this.#sinceMs, reader.lastTextAtMs ?? 0);
      if (reader.lastTextAtMs === null) {
        if (waitedMs > firstTokenMs) this.#late("did not begin its answer in time");
      } else if (waitedMs > progressMs) {
        this.#late("stopped making progress");
      }
    }
  }

  async #begin(): Promise<void> {
    try {
      const prepared = await this.#host.prepare();
      if (this.#state.type === "preparing") this.#connect(prepared, this.#host.pool.take());
    } catch (thrown) {
      this.#break(asSluiceError(thrown));
    }
  }

  #connect(prepared: PreparedCall, connection: Connection): void {
    this.#enter({ type: "connecting", prepared });
    this.#connection = connection;
    this.#attempts++;
    connection.send(prepared.dispatch, this);
  }

  #enter(state: State): void {
    this.#state = state;
    this.#sinceMs = this.#host.clock.monotonicMs();
  }

  onRequestStart(): void {
    if (this.#state.type !== "connecting") return;
    this.#enter({ type: "waiting", prepared: this.#state.prepared });
    if (this.#delivery.isPaused) this.#connection?.pause();
    this.#delivery.opened();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: AnswerHead["headers"],
  ): void {
    // Interim answers (103 and the like) say nothing; how long they may go on, the deadlines say.
    if (status < 200 || this.#state.type !== "waiting") return;
    const { decoder, stream } = this.#state.prepared;
    const head = { status, headers };
    const plan = planAnswer(head, this.#host.dialect, stream);
    switch (plan.type) {
      case "fail":
        this.#break(plan.error);
        break;
      case "refusal":
        this.#enter({ type: "refused", head, body: new RefusalBody() });
        break;
      case "read": {
        const { clock, totalBytes } = this.#host;
        // The wait for the first text began with the request and goes on.
        this.#state = { type: "reading", stream, reader: new AnswerReader({ decoder, clock, totalBytes }) };
        break;
      }
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, bytes: Buffer): void {
    const state = this.#state;
    if (state.type === "reading") {
      this.#judge(state.reader, state.reader.push(bytes));
    } else if (state.type === "refused" && !state.body.push(bytes)) {
      this.#refuse();
    }
  }

  onResponseEnd(): void {
    const state = this.#state;
    if (state.type === "refused") this.#refuse();
    if (state.type !== "reading") return;
    const fault = state.reader.end();
    this.#judge(state.reader, fault);
    this.#succeed(true);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const state = this.#state;
    switch (state.type) {
      case "connecting":
        this.#retry(state.prepared, error instanceof DialError ? error.code : "CONNECT_FAILED");
        break;
      case "waiting":
        this.#break(unavailable("The model closed the connection without an answer."));
        break;
      case "reading":
        // Where all was read, how the connection ends no longer matters.
        if (state.reader.wholeAtMs !== null) this.#succeed(false);
        else this.#break(broken("The connection to the model broke in the middle of its answer."));
        break;
      case "refused":
        this.#refuse();
        break;
      case "preparing":
      case "done":
        break;
    }
  }

  #retry(prepared: PreparedCall, code: string): void {
    const failed = this.#connection;
    if (failed === null || this.#attempts > 1 || !RETRIED.has(code)) {
      this.#break(unreachable(code));
      return;
    }
    this.#connection = null;
    void failed.destroy();
    this.#host.clock.after(RETRY_PAUSE_MS, () => {
      if (this.#state.type === "connecting") this.#connect(prepared, this.#host.pool.fresh());
    });
  }

  /** Passes on what a read brought, then its fault where it has one. */
  #judge(reader: AnswerReader, fault: SluiceError | null): void {
    if (reader.hasEvents) this.#delivery.wake(reader);
    if (fault !== null) this.#break(fault);
    else if (reader.wholeAtMs !== null) this.#linger();
  }

  /** The end was seen but the body goes on: it should end too, and soon. */
  #linger(): void {
    this.#cancelLinger ??= this.#host.clock.after(LINGER_MS, () => this.#succeed(false));
  }

  #refuse(): void {
    if (this.#state.type !== "refused") return;
    const { head, body } = this.#state;
    let error: SluiceError;
    try {
      error = this.#host.refusal(head, body.text());
    } catch (thrown) {
      error = asSluiceError(thrown);
    }
    this.#break(error);
  }

  #late(what: string): void {
    const isWhole = this.#state.type === "reading" && this.#state.reader.wholeAtMs !== null;
    if (isWhole) this.#succeed(false);
    else this.#break(new SluiceError("upstream_timeout", `The model ${what}.`));
  }

  #succeed(reusable: boolean): void {
    if (this.#state.type === "done") return;
    this.#leave("whole", reusable);
    this.#delivery.end("finished");
  }

  /** Leaves the connection: given back after a whole answer, else destroyed. */
  #leave(outcome: CallOutcome, reusable: boolean): void {
    this.#state = { type: "done" };
    this.#host.watch.delete(this);
    this.#cancelLinger?.();
    const connection = this.#connection;
    this.#connection = null;
    const left = () => {
      this.#host.ended(outcome);
      this.#markClosed();
    };
    if (connection === null) queueMicrotask(left);
    else if (reusable) queueMicrotask(() => this.#giveBack(connection, left));
    else void connection.destroy().then(left, left);
  }

  #giveBack(connection: Connection, left: () => void): void {
    connection.resume();
    this.#host.pool.give(connection);
    left();
  }
}

function unavailable(message: string): SluiceError {
  return new SluiceError("upstream_unavailable", message);
}

/** @param code the system's word for what went wrong; it names no address. */
function unreachable(code: string): SluiceError {
  return new SluiceError("upstream_unavailable", "The model could not be reached.", { upstreamCode: code });
}
