import { SluiceError } from "../../domain/errors.js";
import { streamLimit } from "./errors.js";

export interface LaneLimits {
  /** Responses that run at one time. Default 16. */
  readonly inFlight: number;
  /** Named lanes over the life of a connection. Default 32. */
  readonly lanes: number;
  /** Requests that wait behind others of their lane. Default 64. */
  readonly waiting: number;
}

interface Lane<Job> {
  readonly waiting: Job[];
  isBusy: boolean;
}

/** Who comes when: first in, first out inside a lane; lanes side by side. */
export class Lanes<Job> {
  readonly #limits: LaneLimits;
  readonly #start: (job: Job) => void;
  readonly #lanes = new Map<string | null, Lane<Job>>();
  #running = 0;
  #waiting = 0;

  constructor(limits: LaneLimits, start: (job: Job) => void) {
    this.#limits = limits;
    this.#start = start;
  }

  /** Jobs that were started and are not over. */
  get running(): number {
    return this.#running;
  }

  /** Starts a job or lets it wait. @throws SluiceError where there are too many. */
  add(streamId: string | null, job: Job): void {
    const lane = this.#laneOf(streamId);
    if (lane.isBusy) {
      if (this.#waiting >= this.#limits.waiting) {
        throw new SluiceError("overloaded", `More than ${this.#limits.waiting} requests wait here.`, {
          dialectCode: "websocket_stream_limit_reached",
          retryAfterMs: 1000,
        });
      }
      this.#waiting++;
      lane.waiting.push(job);
      return;
    }
    if (this.#running >= this.#limits.inFlight) {
      throw streamLimit(`At most ${this.#limits.inFlight} responses run on one connection at one time.`);
    }
    lane.isBusy = true;
    this.#running++;
    this.#start(job);
  }

  #laneOf(streamId: string | null): Lane<Job> {
    const known = this.#lanes.get(streamId);
    if (known !== undefined) return known;
    const named = this.#lanes.size - (this.#lanes.has(null) ? 1 : 0);
    if (streamId !== null && named >= this.#limits.lanes) {
      throw streamLimit(`A connection has at most ${this.#limits.lanes} named lanes; use one again.`);
    }
    const lane: Lane<Job> = { waiting: [], isBusy: false };
    this.#lanes.set(streamId, lane);
    return lane;
  }

  /** The lane's job is over: the next one takes its place. */
  over(streamId: string | null): void {
    const lane = this.#lanes.get(streamId);
    if (lane === undefined || !lane.isBusy) return;
    const next = lane.waiting.shift();
    if (next === undefined) {
      lane.isBusy = false;
      this.#running--;
      return;
    }
    this.#waiting--;
    this.#start(next);
  }

  /** Forgets what waits. */
  clear(): void {
    for (const { waiting } of this.#lanes.values()) waiting.length = 0;
    this.#waiting = 0;
  }
}
