import type { Clock } from "../domain/time.js";
import type { LogNotice } from "./notice.js";
import type { Store } from "./stores/store.js";

const LOOK_EVERY_MS = 1000;

/** Knows whether the store still has the room that new work must find. */
export class DiskWatch {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #minFreeBytes: number;
  readonly #onNotice: (notice: LogNotice) => void;
  #isLow = false;
  #cancel: () => void = () => {};
  #isStopped = false;

  constructor(options: {
    readonly store: Store;
    readonly clock: Clock;
    readonly minFreeBytes: number;
    readonly onNotice: (notice: LogNotice) => void;
  }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#minFreeBytes = options.minFreeBytes;
    this.#onNotice = options.onNotice;
  }

  get isLow(): boolean {
    return this.#isLow;
  }

  async start(): Promise<void> {
    await this.look();
    this.#again();
  }

  #again(): void {
    if (this.#isStopped) return;
    this.#cancel = this.#clock.after(LOOK_EVERY_MS, () => {
      this.look().then(
        () => this.#again(),
        () => this.#again(),
      );
    });
  }

  /** Looks now. A store that cannot say counts as low: it is not known to have room. */
  async look(): Promise<void> {
    const free = await this.#store.freeBytes().catch(() => 0);
    const isLow = free < this.#minFreeBytes;
    if (isLow === this.#isLow) return;
    this.#isLow = isLow;
    const room = `${Math.floor(free / 1048576)} MiB free, ${Math.ceil(this.#minFreeBytes / 1048576)} MiB wanted`;
    this.#onNotice(
      isLow
        ? {
            kind: "disk_low",
            message: `The session log is short of room (${room}); nothing new is admitted.`,
          }
        : { kind: "disk_ok", message: `The session log has room again (${room}).` },
    );
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }
}
