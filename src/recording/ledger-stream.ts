import { type ByteReader, MalformedBytes } from "./byte-reader.js";
import { CHAIN_START, type ChainHash } from "./chain.js";
import { areaRange, ledgerKey, seqOfLedgerKey } from "./keys.js";
import { decodeLedgerRecord, type LedgerRecord } from "./ledger-record.js";
import { walkPage } from "./page-walker.js";
import type { Store } from "./stores/store.js";

const READ_BYTES = 256 * 1024;

export interface LedgerDamage {
  readonly seq: number;
  readonly key: string;
  readonly reason: string;
}

export type LedgerVisit = (record: LedgerRecord, seq: number, link: ChainHash) => void;

/** Reads the ledger from its beginning, checks every link, and stops at the first damage. */
export class LedgerStream {
  readonly #store: Store;
  #nextSeq = 1;
  #link: ChainHash = CHAIN_START;

  constructor(store: Store) {
    this.#store = store;
  }

  get lastSeq(): number {
    return this.#nextSeq - 1;
  }

  /** Visits everything after the records visited before. Null: no damage. */
  async readOn(visit: LedgerVisit): Promise<LedgerDamage | null> {
    for (;;) {
      const { to } = areaRange("ledger");
      const from = ledgerKey(this.#nextSeq);
      const pages = await this.#store.range({ from, to, limit: 256, maxBytes: READ_BYTES });
      if (pages.length === 0) return null;
      for (const { key, value } of pages) {
        const damage = this.#walk(key, value, visit);
        if (damage !== null) return damage;
      }
    }
  }

  #walk(key: Buffer, page: Buffer, visit: LedgerVisit): LedgerDamage | null {
    const firstSeq = seqOfLedgerKey(key);
    const at = key.toString("hex");
    if (firstSeq !== this.#nextSeq) return { seq: this.#nextSeq, key: at, reason: "is missing" };
    const fault = walkPage(page, this.#link, (reader, index, link) => {
      if (link === null) return;
      visit(decodeWhole(reader), firstSeq + index, link);
      this.#link = link;
      this.#nextSeq = firstSeq + index + 1;
    });
    return fault === null ? null : { seq: firstSeq + fault.index, key: at, reason: fault.reason };
  }
}

function decodeWhole(reader: ByteReader): LedgerRecord {
  const record = decodeLedgerRecord(reader);
  if (reader.position !== reader.end) throw new MalformedBytes("has bytes after its end");
  return record;
}
