import { asSluiceError, type SluiceError } from "../domain/errors.js";
import type { Clock } from "../domain/time.js";
import type { Destination, Message, Sent } from "./message.js";
import type { Outbox, Waiting } from "./outbox.js";

/** What became of messages, for figures: closed, since each is a label. */
export type DeliveryEvent = "delivered" | "failed" | "given_up" | "dropped" | "gone";

export interface DeliveryOptions {
  readonly destination: Destination;
  readonly outbox: Outbox;
  readonly clock: Clock;
  /** 0 to 1, for the jitter of repeats. */
  readonly random: () => number;
  /** How long a message is tried. */
  readonly giveUpAfterMs: number;
  /** Messages that may wait. Default 1,000. */
  readonly maxWaiting?: number;
  /** Told of everything that an operator may want to count or to read. */
  readonly onEvent: (
    event: DeliveryEvent,
    fields: { readonly message: string; readonly reason?: string },
  ) => void;
  readonly onProblem: (error: SluiceError) => void;
}

const FIRST_REPEAT_MS = 1_000;
const LONGEST_REPEAT_MS = 5 * 60_000;

/**
 * Sends the messages of one destination, one at a time, each again after longer and longer pauses until it
 * is delivered, useless, or given up. What waits is on disk, so a restart goes on where the last process was.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  /** Monotonic; a message that is not here is due. */
  readonly #dueAtMs = new Map<string, number>();
  readonly #closing = new AbortController();
  #cancelTimer: () => void = () => {};
  #running: Promise<void> | null = null;
  /** The receiver said that it wants nothing more; it is asked again after the next start. */
  #isGone = false;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#wake();
  }

  get waiting(): number {
    return this.#options.outbox.count(this.#options.destination.name);
  }

  /** Takes a message; it is on disk when the promise resolves. A full queue or a receiver that has gone drops it. */
  async add(message: Message): Promise<void> {
    const { outbox, destination, clock, giveUpAfterMs, onEvent, maxWaiting = 1000 } = this.#options;
    if (this.#isGone || this.waiting >= maxWaiting) {
      const reason = this.#isGone ? "the receiver answered 410" : `${maxWaiting} messages wait already`;
      return onEvent("dropped", { message: message.id, reason });
    }
    const giveUpAtMs = Math.min(message.uselessAtMs, clock.nowMs() + giveUpAfterMs);
    const item = { ...message, destination: destination.name, attempts: 0, giveUpAtMs, delivered: false };
    await outbox.put(item).catch((thrown) => this.#options.onProblem(asSluiceError(thrown)));
    this.#wake();
  }

  /** Ends the attempt under way. What waits stays on disk. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#cancelTimer();
    await this.#running;
  }

  #wake(): void {
    if (this.#running !== null || this.#closing.signal.aborted) return;
    this.#cancelTimer();
    this.#running = this.#run().finally(() => {
      this.#running = null;
      this.#sleep();
    });
  }

  /** Sets the timer for the next message that is due; none waits, none is set. */
  #sleep(): void {
    if (this.#closing.signal.aborted) return;
    const next = this.#soonest();
    if (next === null) return;
    const leftMs = Math.max(0, next.dueAtMs - this.#options.clock.monotonicMs());
    this.#cancelTimer = this.#options.clock.after(leftMs, () => this.#wake());
  }

  #soonest(): { readonly item: Waiting; readonly dueAtMs: number } | null {
    let soonest: { readonly item: Waiting; readonly dueAtMs: number } | null = null;
    for (const item of this.#options.outbox.waiting(this.#options.destination.name)) {
      const dueAtMs = this.#dueAtMs.get(item.id) ?? 0;
      if (soonest === null || dueAtMs < soonest.dueAtMs) soonest = { item, dueAtMs };
    }
    return soonest;
  }

  async #run(): Promise<void> {
    const { clock, destination } = this.#options;
    for (;;) {
      const next = this.#soonest();
      if (next === null || next.dueAtMs > clock.monotonicMs() || this.#closing.signal.aborted) return;
      const { item } = next;
      if (clock.nowMs() >= item.giveUpAtMs) {
        await this.#settle(item, "given_up", "its time was over");
        continue;
      }
      const sent = await destination.send(item, this.#closing.signal);
      if (this.#closing.signal.aborted && sent.outcome !== "delivered") return;
      await this.#after(item, sent);
    }
  }

  async #after(item: Waiting, sent: Sent): Promise<void> {
    switch (sent.outcome) {
      case "delivered":
        return this.#settle(item, "delivered");
      case "gone":
        this.#isGone = true;
        for (const each of this.#options.outbox.waiting(item.destination))
          await this.#settle(each, "gone", "the receiver answered 410; nothing more is sent to it");
        return;
      case "failed":
        return this.#repeat(item, sent);
    }
  }

  async #repeat(
    item: Waiting,
    { reason, retryAfterMs }: Extract<Sent, { outcome: "failed" }>,
  ): Promise<void> {
    const { clock, random, onEvent } = this.#options;
    const longest = Math.min(LONGEST_REPEAT_MS, FIRST_REPEAT_MS * 2 ** Math.min(item.attempts, 20));
    // Half of the pause is left to chance, so that many messages do not come back at once.
    const pauseMs = Math.max(longest * (0.5 + random() / 2), Math.min(retryAfterMs ?? 0, LONGEST_REPEAT_MS));
    onEvent("failed", { message: item.id, reason });
    if (clock.nowMs() + pauseMs >= item.giveUpAtMs) return this.#settle(item, "given_up", reason);
    this.#dueAtMs.set(item.id, clock.monotonicMs() + pauseMs);
    await this.#keep({ ...item, attempts: item.attempts + 1 });
  }

  async #settle(item: Waiting, event: DeliveryEvent, reason?: string): Promise<void> {
    this.#dueAtMs.delete(item.id);
    this.#options.onEvent(event, { message: item.id, ...(reason === undefined ? {} : { reason }) });
    if (item.remembered) return this.#keep({ ...item, body: "", delivered: true });
    await this.#options.outbox.remove(item).catch((thrown) => this.#options.onProblem(asSluiceError(thrown)));
  }

  async #keep(item: Waiting): Promise<void> {
    // Forgotten while it was on its way: there is nothing to keep.
    if (!this.#options.outbox.has(item.destination, item.id)) return;
    await this.#options.outbox.put(item).catch((thrown) => this.#options.onProblem(asSluiceError(thrown)));
  }
}
