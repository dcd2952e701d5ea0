import { Connection } from "./connection.js";
import type { Dialer } from "./dialer.js";

/** Connections of one origin: each serves one call at a time and is kept for the next. */
export class ConnectionPool {
  readonly #origin: URL;
  readonly #dial: Dialer;
  readonly #maxIdle: number;
  readonly #idle = new Set<Connection>();

  constructor(origin: URL, dial: Dialer, maxIdle: number) {
    this.#origin = origin;
    this.#dial = dial;
    this.#maxIdle = maxIdle;
  }

  /** The connection used last, since its peer is the least likely to be closing it; else a new one. */
  take(): Connection {
    const kept = [...this.#idle].at(-1);
    if (kept !== undefined) {
      this.#idle.delete(kept);
      return kept;
    }
    return this.fresh();
  }

  fresh(): Connection {
    const made: Connection = new Connection(this.#origin, this.#dial, () => {
      // A connection that closed while it waited holds nothing worth keeping.
      if (this.#idle.delete(made)) void made.destroy();
    });
    return made;
  }

  give(connection: Connection): void {
    if (this.#idle.size < this.#maxIdle) this.#idle.add(connection);
    else void connection.destroy();
  }

  async close(): Promise<void> {
    const idle = [...this.#idle];
    this.#idle.clear();
    await Promise.all(idle.map((connection) => connection.destroy()));
  }
}
