import type { Entry } from "../domain/entry.js";
import { SluiceError } from "../domain/errors.js";
import type { Clock } from "../domain/time.js";
import type { Cursor } from "./cursor.js";

export type ReplaySpeed = number | "max";

export const SLOWEST = 0.25;
export const FASTEST = 16;

export interface ReplayOptions {
  readonly clock: Clock;
  /** 0.25 to 16, or `max`: as fast as the reader takes. */
  readonly speed: ReplaySpeed;
  /** Recorded offset (microseconds) at which to begin; entries before it are passed over. Default: at the
   *  first entry of the source, at once. */
  readonly fromOffsetUs?: number;
}

/** Entries read ahead, so that none is late because it had to be fetched. */
const AHEAD = 256;
const REFILL_BELOW = 64;
/** A timer fires on whole milliseconds; waiting once more for less than this would be later, not nearer. */
const TOLERANCE_MS = 0.25;
const NOTHING: readonly Entry[] = Object.freeze([]);

interface Timed {
  readonly entry: Entry;
  /** Time on the replay's own scale, without the stretches that it skips. */
  readonly playedUs: number;
}

/**
 * A cursor that gives the entries of another one at the pace at which they were recorded, divided by
 * `speed`. Review waits and restarts take no time. Entries are neither joined nor split; those that came
 * due together come together. The source belongs to the replay: `close` closes it.
 * @throws SluiceError `invalid_request` for a speed out of range.
 */
export class Replay implements Cursor {
  onReadable: (() => void) | null = null;
  onFault: ((error: SluiceError) => void) | null = null;
  readonly #source: Cursor;
  readonly #clock: Clock;
  readonly #fromOffsetUs: number | null;
  readonly #scale = new ReplayScale();
  #speed: ReplaySpeed;
  #ahead: Timed[] = [];
  #at = 0;
  /** The moment `#originMs` shows the point `#originUs` of the replay's scale; null: not begun. */
  #originMs: number | null = null;
  #originUs = 0;
  #position: number;
  #ended = false;
  #cancelTimer: (() => void) | null = null;
  #isClosed = false;

  constructor(source: Cursor, options: ReplayOptions) {
    checkSpeed(options.speed);
    this.#source = source;
    this.#clock = options.clock;
    this.#speed = options.speed;
    this.#fromOffsetUs = options.fromOffsetUs ?? null;
    this.#position = source.position;
    source.onReadable = () => this.#sourceReadable();
    source.onFault = (error) => {
      this.#stopTimer();
      this.onFault?.(error);
    };
  }

  get position(): number {
    return this.#position;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get done(): boolean {
    return this.#ended || (this.#source.done && this.#at === this.#ahead.length);
  }

  get speed(): ReplaySpeed {
    return this.#speed;
  }

  /** Goes on at another speed from where it is. @throws SluiceError `invalid_request` */
  setSpeed(speed: ReplaySpeed): void {
    checkSpeed(speed);
    if (this.#originMs !== null) {
      const nowMs = this.#clock.monotonicMs();
      this.#originUs = this.#playedUs(nowMs);
      this.#originMs = nowMs;
    }
    this.#speed = speed;
    this.#stopTimer();
    this.#arm();
  }

  #playedUs(nowMs: number): number {
    const last = this.#ahead[this.#at - 1]?.playedUs ?? this.#originUs;
    if (this.#originMs === null || this.#speed === "max") return last;
    return this.#originUs + (nowMs - this.#originMs) * 1000 * this.#speed;
  }

  take(limit: number): readonly Entry[] {
    if (this.#isClosed || this.#ended) return NOTHING;
    this.#refill();
    const nowMs = this.#clock.monotonicMs();
    const entries: Entry[] = [];
    while (entries.length < limit) {
      const next = this.#ahead[this.#at];
      if (next === undefined || this.#dueMs(next) > nowMs + TOLERANCE_MS) break;
      this.#at++;
      entries.push(next.entry);
      if (this.#at === this.#ahead.length) this.#refill();
    }
    this.#took(entries);
    this.#arm();
    return entries;
  }

  #took(entries: readonly Entry[]): void {
    const last = entries[entries.length - 1];
    if (last === undefined) return;
    this.#position = last.seq;
    if (last.type === "ended") this.#ended = true;
  }

  #dueMs({ playedUs }: Timed): number {
    if (this.#speed === "max" || this.#originMs === null) return 0;
    return this.#originMs + (playedUs - this.#originUs) / 1000 / this.#speed;
  }

  #refill(): void {
    if (this.#ahead.length - this.#at >= REFILL_BELOW) return;
    const entries = this.#source.take(AHEAD);
    if (entries.length === 0) return;
    if (this.#at > 0) this.#ahead = this.#ahead.slice(this.#at);
    this.#at = 0;
    for (const entry of entries) {
      const playedUs = this.#scale.next(entry);
      if (this.#isPassedOver(entry)) continue;
      if (this.#originMs === null) this.#begin(entry, playedUs);
      this.#ahead.push({ entry, playedUs });
    }
  }

  /** The ending is always shown: a seek beyond it must not look like a session that is still open. */
  #isPassedOver({ type, offsetUs }: Entry): boolean {
    return this.#fromOffsetUs !== null && offsetUs < this.#fromOffsetUs && type !== "ended";
  }

  /** The first entry comes at once, or, after a seek to a time, when its time has come. */
  #begin(entry: Entry, playedUs: number): void {
    const waitUs = this.#fromOffsetUs === null ? 0 : this.#scale.gapUs(entry, this.#fromOffsetUs);
    this.#originMs = this.#clock.monotonicMs();
    this.#originUs = playedUs - waitUs;
  }

  #sourceReadable(): void {
    if (this.#isClosed) return;
    this.#refill();
    // A seek passes over everything that one read gave; the next one has to be asked for.
    if (this.#at === this.#ahead.length && !this.#source.done) {
      this.#refill();
      if (this.#at === this.#ahead.length) return;
    }
    const next = this.#ahead[this.#at];
    if (next === undefined || this.#dueMs(next) <= this.#clock.monotonicMs() + TOLERANCE_MS) this.#wake();
    else this.#arm();
  }

  #wake(): void {
    this.#stopTimer();
    this.onReadable?.();
  }

  #arm(): void {
    const next = this.#ahead[this.#at];
    if (this.#cancelTimer !== null || next === undefined || this.#isClosed) return;
    const waitMs = Math.max(0, this.#dueMs(next) - this.#clock.monotonicMs());
    this.#cancelTimer = this.#clock.after(waitMs, () => {
      this.#cancelTimer = null;
      const due = this.#ahead[this.#at];
      if (due !== undefined && this.#dueMs(due) > this.#clock.monotonicMs() + TOLERANCE_MS) this.#arm();
      else this.onReadable?.();
    });
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  close(): void {
    this.#isClosed = true;
    this.#stopTimer();
    this.#ahead = [];
    this.#at = 0;
    this.#source.close();
  }
}

/**
 * Turns recorded offsets into offsets of a replay: a wait for a review, from its request to what follows
 * it, and the gap before a restart count for nothing.
 */
export class ReplayScale {
  #offsetUs: number | null = null;
  #playedUs = 0;
  #isWaiting = false;

  /** The replay's time of the next entry, in microseconds from the first one seen. */
  next(entry: Entry): number {
    const gap = this.#gapBefore(entry);
    this.#playedUs += gap;
    this.#offsetUs = entry.offsetUs;
    return this.#playedUs;
  }

  /** How long a replay that begins at `offsetUs` waits for this entry, which `next` has just seen. */
  gapUs(entry: Entry, offsetUs: number): number {
    return this.#isWaiting || entry.type === "segment" ? 0 : Math.max(0, entry.offsetUs - offsetUs);
  }

  #gapBefore(entry: Entry): number {
    const gap = this.#offsetUs === null ? 0 : entry.offsetUs - this.#offsetUs;
    switch (entry.type) {
      case "review_requested":
        this.#isWaiting = true;
        return gap;
      case "review_decided":
        this.#isWaiting = true;
        return 0;
      case "segment": {
        this.#isWaiting = this.#isWaiting && entry.cause !== "review";
        return 0;
      }
      case "upstream_opened":
      case "chunk":
      case "output":
      case "ended": {
        const wasWaiting = this.#isWaiting;
        this.#isWaiting = false;
        return wasWaiting ? 0 : gap;
      }
      case "opened":
      case "decided":
      case "template":
        return this.#isWaiting ? 0 : gap;
    }
  }
}

function checkSpeed(speed: ReplaySpeed): void {
  if (speed === "max" || (speed >= SLOWEST && speed <= FASTEST)) return;
  const message = `The speed of a replay is ${SLOWEST} to ${FASTEST}, or "max".`;
  throw new SluiceError("invalid_request", message, { field: "speed" });
}
