import type { DecodedEvent, EchoMemory } from "../dialects/dialect.js";
import type { CompletionRequest } from "../dialects/request.js";
import type { Permit } from "../domain/decision.js";
import type { DialectName } from "../domain/entry.js";
import type { SluiceError } from "../domain/errors.js";

/** One call to a model. There is no call without a Permit. */
export interface UpstreamCall {
  readonly permit: Permit;
  readonly request: CompletionRequest;
  /** Most completion tokens over all choices; null: no limit was set. */
  readonly maxTokens: number | null;
  readonly echo: EchoMemory;
  readonly traceparent: string | null;
}

/** Receives one answer. After `failed` or `finished` nothing more comes. */
export interface UpstreamHandler {
  /** The connection was made and the request sent: bytes may have reached the model. */
  opened(): void;
  /** The events that one read of the socket completed, in order. */
  events(batch: readonly DecodedEvent[]): void;
  failed(error: SluiceError): void;
  /** The answer is whole. */
  finished(): void;
}

/** A call under way. */
export interface UpstreamStream {
  /** Stops reading the socket until `resume`. */
  pause(): void;
  resume(): void;
  /** Destroys the socket at once; neither `failed` nor `finished` follows. */
  abort(): void;
  /** Resolves when the socket is closed or given back. */
  readonly closed: Promise<void>;
}

export interface UpstreamStatus {
  readonly lastSuccessAtMs: number | null;
  readonly lastErrorCode: string | null;
  readonly active: number;
}

/** A model connection of one kind. */
export interface Upstream {
  readonly name: string;
  readonly dialect: DialectName;
  open(call: UpstreamCall, handler: UpstreamHandler): UpstreamStream;
  status(): UpstreamStatus;
  close(): Promise<void>;
}
