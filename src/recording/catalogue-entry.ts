import { indexValues } from "./index-values.js";
import { indexPrefix, sessionKey } from "./keys.js";
import type { StoreBatch } from "./stores/store.js";
import type { SessionSummary } from "./summary.js";

const EMPTY = Buffer.alloc(0);

/** What a list finds a session by while it is written: its summary, its index keys, and the mark of those
 *  that have not ended. */
export class CatalogueEntry {
  readonly #session: Buffer;
  readonly #nameKey: Buffer;
  readonly #indexed = new Set<string>();
  #isNew: boolean;
  /** The summary says something new since the last commit. */
  hasNews = false;

  /** @param options.isNew false: the store has an older entry of this session. */
  constructor(session: Buffer, options: { readonly nameKey: Buffer; readonly isNew: boolean }) {
    this.#session = session;
    this.#nameKey = options.nameKey;
    this.#isNew = options.isNew;
  }

  get isDue(): boolean {
    return this.hasNews || this.#isNew;
  }

  /** Puts what is new into the batch of the entries that it is derived from. */
  drain(batch: StoreBatch, summary: SessionSummary): void {
    batch.put(sessionKey("summary", this.#session), Buffer.from(JSON.stringify(summary)));
    for (const [field, value] of indexValues(summary)) {
      const name = `${field}\0${value}`;
      if (this.#indexed.has(name)) continue;
      this.#indexed.add(name);
      const prefix = indexPrefix(this.#nameKey, field, value);
      batch.put(Buffer.concat([prefix, this.#session]), EMPTY);
    }
    if (summary.outcome !== null) batch.remove(sessionKey("unfinished", this.#session));
    else if (this.#isNew) batch.put(sessionKey("unfinished", this.#session), EMPTY);
    this.#isNew = false;
    this.hasNews = false;
  }
}
