import type { ClientDialect, EchoMemory } from "../dialects/dialect.js";
import type { CompletionRequest } from "../dialects/request.js";
import type { Channel } from "../domain/channel.js";
import type { FrontEnd } from "../domain/entry.js";
import type { ErrorCode, SluiceError } from "../domain/errors.js";
import type { Principal } from "../domain/principal.js";
import type { RateStanding } from "../domain/rate-standing.js";
import type { SessionId } from "../domain/session-id.js";
import type { Cursor } from "../recording/cursor.js";
import type { ConversationMemory } from "./conversation-memory.js";

/** A completion as a front end hands it over: parsed, and with a verified caller. */
export interface CompletionCall {
  readonly principal: Principal;
  readonly frontEnd: FrontEnd;
  readonly dialect: ClientDialect;
  readonly request: CompletionRequest;
  /** The session runs on for the grace after its last live cursor is gone. */
  readonly resumable: boolean;
  /** Two calls of one principal with one key are one session; null: each call is its own. */
  readonly idempotencyKey: string | null;
  /** W3C `traceparent` of the caller, checked; null: none came. */
  readonly traceparent: string | null;
  /** Where a connection keeps its own turns, which it may go on from although nothing is stored. */
  readonly memory?: ConversationMemory;
  /** The call had its turn by `admit` before it was read. Default: false, and `complete` waits for one. */
  readonly isAdmitted?: boolean;
}

/** Why the side that reads ends a session. */
export type CancelCode = Extract<
  ErrorCode,
  "cancelled" | "deadline_exceeded" | "stopped" | "stalled" | "token_expired" | "shutdown"
>;

/** A session as its own caller reads it. */
export interface LiveSession {
  readonly id: SessionId;
  /** The log from the asked position on; ends with `ended`. Close it when the client is gone: whether the
   *  session goes on is then the pipeline's business (grace, or a cancel). */
  readonly cursor: Cursor;
  readonly echo: EchoMemory;
  /** The caller's own request where it is still known (not after a restart), for echoes and usage options. */
  readonly request: CompletionRequest | null;
  /** Puts reversible pseudonyms back into the answer; null: the values are not known (any more). */
  readonly restore: TextRestorer | null;
  /** How the caller's rates stood; filled before a model is asked, and only while the session runs. */
  readonly rates: readonly RateStanding[];
}

/** Undoes reversible redaction in the caller's own stream, incrementally. */
export interface TextRestorer {
  /** False while there is nothing to put back, which is almost always. */
  readonly active: boolean;
  /** Must be told of every channel: the text of tools is treated otherwise. */
  opened(channel: Channel): void;
  /** Returns the text to show for a chunk; what may be the begin of a pseudonym is held back. */
  feed(channel: number, text: string): string;
  /** Text still held on a channel that has ended. */
  end(channel: number): string;
  /** A text that came as a whole, of no channel. */
  whole(text: string): string;
  /** Whether text of a channel is held back. */
  holds(channel: number): boolean;
  /** What the caller has seen already: entries up to this number are read again, so that what they left open is
   *  known, and are not shown. */
  readonly afterSeq: number;
  /** Whether values are put back into the arguments of tools, too. */
  readonly inTools: boolean;
}

export interface ModelInfo {
  readonly id: string;
  readonly connection: string;
}

/** What front ends call. Errors before a session exists are thrown; later ones are the log's `ended`. */
export interface Gateway {
  /**
   * Waits for the turn of a call that is yet to be read, so that one too many costs no reading.
   * @throws SluiceError `overloaded`, `shutdown`.
   */
  admit(): Promise<void>;
  /**
   * Judges and starts a completion; resolves as soon as its log has begun, before the decision.
   * @throws SluiceError `model_not_found`, `overloaded`, `storage_failed`, `shutdown`; `invalid_request` for an
   *   earlier response that is not known.
   */
  complete(call: CompletionCall): Promise<LiveSession>;
  /** Goes on reading a session of one's own. @throws SluiceError `not_found`. */
  attach(session: string, principal: Principal, afterSeq: number): Promise<LiveSession>;
  /** Ends a session of one's own. False: it had ended. @throws SluiceError `not_found`. */
  cancel(session: string, principal: Principal): Promise<boolean>;
  /** The session that a response's id names, the caller's own. @throws SluiceError `not_found`. */
  sessionOfResponse(responseId: string, principal: Principal): string;
  /** What puts values back into a session of the caller's own that is read without being attached to; null where
   *  there are none, or not any more. */
  restorerOf(session: string, principal: Principal): TextRestorer | null;
  /** Nobody goes on from a response, or finds it by its id, any more; its record stays. */
  forgetResponse(responseId: string, principal: Principal): void;
  /** A reviewer's or operator's stop. @throws SluiceError `not_found`, `permission_denied`, `invalid_request`. */
  stop(session: string, principal: Principal, reason: string): Promise<boolean>;
  /** Models that some policy may allow this caller. */
  models(principal: Principal): readonly ModelInfo[];
  /** Ends the session from the gateway's side, for example at the end of a deadline. */
  end(session: SessionId, code: CancelCode, message: string): void;
  readonly draining: boolean;
}

/** Told by the pipeline when a session ends with an error of the gateway's own, for the operator's log. */
export type FaultListener = (session: SessionId, error: SluiceError) => void;
