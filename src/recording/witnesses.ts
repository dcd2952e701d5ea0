import type { ChainHash } from "./chain.js";
import type { LedgerRecord } from "./ledger-record.js";

/** What the ledger says of one session. */
export interface Witness {
  /** Link of the first record; null: the ledger has not seen it opened. */
  first: ChainHash | null;
  /** The newest hash seen, and the sequence number that it belongs to. */
  last: { readonly seq: number; readonly link: ChainHash } | null;
  hasEnded: boolean;
  isDeleted: boolean;
  /** Its log was found. */
  isStored: boolean;
}

/** What the ledger has seen of every session. */
export class Witnesses {
  readonly #bySession = new Map<string, Witness>();

  get(session: string): Witness | undefined {
    return this.#bySession.get(session);
  }

  all(): IterableIterator<[string, Witness]> {
    return this.#bySession.entries();
  }

  of(session: string): Witness {
    const known = this.#bySession.get(session);
    if (known !== undefined) return known;
    const witness = { first: null, last: null, hasEnded: false, isDeleted: false, isStored: false };
    this.#bySession.set(session, witness);
    return witness;
  }

  add(record: LedgerRecord): void {
    switch (record.type) {
      case "opened":
        this.of(record.session).first = record.link;
        return;
      case "ended":
        this.of(record.session).last = record;
        this.of(record.session).hasEnded = true;
        return;
      case "checkpoint":
        for (const checkpoint of record.sessions) this.of(checkpoint.session).last = checkpoint;
        return;
      case "act":
        if (record.act.kind === "deleted" && record.act.session !== null) {
          const witness = this.of(record.act.session);
          witness.isDeleted = true;
          // Deleted since it was looked at: what was seen of it then is of no account.
          witness.isStored = false;
        }
        return;
    }
  }
}
