import type { Clock } from "../domain/time.js";

/** A stream of a client that the watch looks after. */
export interface WatchedStream {
  /** Turns without progress so far; the watch counts up, the stream sets it to 0. */
  blockedTurns: number;
  readonly isBlocked: boolean;
}

export interface StallWatchOptions<S extends WatchedStream> {
  readonly clock: Clock;
  /** How long a client may accept nothing. */
  readonly stallTimeoutMs: number;
  readonly onStall: (stream: S) => void;
  /** Called for each stream on each turn, for example to send a sign of life. */
  readonly onTurn?: (stream: S, turn: number) => void;
}

export const TURN_MS = 1000;

/**
 * One timer for all streams of a front end: an open stream costs no timer of its own. Cuts the clients
 * that accept nothing; their sessions are not touched and can be attached to.
 */
export class StallWatch<S extends WatchedStream> {
  readonly #options: StallWatchOptions<S>;
  readonly #streams = new Set<S>();
  #cancel: (() => void) | null = null;
  #turn = 0;

  constructor(options: StallWatchOptions<S>) {
    this.#options = options;
  }

  get size(): number {
    return this.#streams.size;
  }

  streams(): readonly S[] {
    return [...this.#streams];
  }

  add(stream: S): void {
    this.#streams.add(stream);
    this.#arm();
  }

  remove(stream: S): void {
    this.#streams.delete(stream);
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#streams.clear();
  }

  #arm(): void {
    this.#cancel ??= this.#options.clock.after(TURN_MS, () => {
      this.#cancel = null;
      this.#look();
      if (this.#streams.size > 0) this.#arm();
    });
  }

  #look(): void {
    this.#turn++;
    const { stallTimeoutMs, onStall, onTurn } = this.#options;
    for (const stream of this.#streams) {
      onTurn?.(stream, this.#turn);
      if (!stream.isBlocked) continue;
      stream.blockedTurns++;
      if (stream.blockedTurns * TURN_MS >= stallTimeoutMs) onStall(stream);
    }
  }
}
