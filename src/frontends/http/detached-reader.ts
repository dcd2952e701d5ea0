import type { Entry } from "../../domain/entry.js";
import type { LiveSession } from "../../pipeline/call.js";
import { Pump, type PumpSink } from "../pump.js";

/**
 * Reads a session for a client that does not: the session goes on to its end as if somebody took it, and the
 * client comes back for what the log holds.
 */
export class DetachedReader implements PumpSink {
  readonly #pump: Pump;
  readonly #onEntry: (entry: Entry) => void;
  readonly #onOver: (reader: DetachedReader) => void;

  constructor(
    { cursor }: Pick<LiveSession, "cursor">,
    {
      onEntry,
      onOver,
    }: {
      readonly onEntry: (entry: Entry) => void;
      readonly onOver: (reader: DetachedReader) => void;
    },
  ) {
    this.#onEntry = onEntry;
    this.#onOver = onOver;
    this.#pump = new Pump(cursor, this);
  }

  start(): void {
    this.#pump.start();
  }

  write(entries: readonly Entry[]): boolean {
    for (const entry of entries) this.#onEntry(entry);
    return true;
  }

  finish(): void {
    this.#onOver(this);
  }

  fail(): void {
    this.#onOver(this);
  }

  close(): void {
    this.#pump.close();
    this.#onOver(this);
  }
}
