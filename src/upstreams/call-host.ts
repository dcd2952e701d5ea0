import type { Dispatcher } from "undici";
import type { Decoder } from "../dialects/dialect.js";
import type { DialectName } from "../domain/entry.js";
import type { SluiceError } from "../domain/errors.js";
import type { Clock } from "../domain/time.js";
import type { AnswerHead } from "./answer-head.js";
import type { ConnectionPool } from "./connection-pool.js";
import type { DeadlineWatch } from "./deadline-watch.js";
import type { DeliveryTurns } from "./delivery-turns.js";

/** All in milliseconds; each has a default in the configuration. */
export interface UpstreamTimeouts {
  /** To a connection, TLS included. */
  readonly connectMs: number;
  /** From the request sent to the first text of a stream. */
  readonly firstTokenMs: number;
  /** Between two pieces of text of a stream; comments and empty pieces do not count. */
  readonly progressMs: number;
  /** For the whole call, and the only one for the body of a plain answer. */
  readonly totalMs: number;
}

/** What one call sends, and what reads its answer. */
export interface PreparedCall {
  readonly dispatch: Dispatcher.DispatchOptions;
  readonly stream: boolean;
  readonly decoder: Decoder;
}

export type CallOutcome = SluiceError | "whole" | "aborted";

/** What a call needs of its upstream. */
export interface CallHost {
  readonly dialect: DialectName;
  readonly clock: Clock;
  readonly timeouts: UpstreamTimeouts;
  /** Most bytes of one answer's body. */
  readonly totalBytes: number;
  readonly pool: ConnectionPool;
  readonly watch: DeadlineWatch;
  readonly turns: DeliveryTurns;
  prepare(): Promise<PreparedCall>;
  refusal(head: AnswerHead, body: Buffer): SluiceError;
  /** Called once, when the connection is closed or given back. */
  ended(outcome: CallOutcome): void;
}
