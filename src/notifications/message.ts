/** One message to one destination. It holds no text of a prompt or an answer. */
export interface Message {
  /** Stays the same over repeats and restarts, so that a receiver can tell a repeat. */
  readonly id: string;
  /** JSON. */
  readonly body: string;
  /** Wall clock: from then on nobody has a use for it. */
  readonly uselessAtMs: number;
  /** Remembered once it is settled, until it is forgotten, so that a restart does not send it again. */
  readonly remembered: boolean;
}

/** Where messages go. `send` tries once and never rejects. */
export interface Destination {
  /** Unique; in the log and in figures. */
  readonly name: string;
  send(message: Message, signal: AbortSignal): Promise<Sent>;
}

/** What one attempt came to. */
export type Sent =
  | { readonly outcome: "delivered" }
  /** 410: the receiver wants nothing more. */
  | { readonly outcome: "gone" }
  /** `reason` holds no address and nothing of the answer; `retryAfterMs` where the receiver said it. */
  | { readonly outcome: "failed"; readonly reason: string; readonly retryAfterMs: number | null };
