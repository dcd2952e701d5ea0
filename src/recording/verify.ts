import type { SessionId } from "../domain/session-id.js";
import { type Anchor, anchorBytes, parseAnchor } from "./anchor.js";
import { type ChainHash, hexOf } from "./chain.js";
import { readFormat } from "./format.js";
import type { LedgerRecord } from "./ledger-record.js";
import { LedgerStream } from "./ledger-stream.js";
import { DamagedLog, PageStream } from "./page-stream.js";
import { storedSessions } from "./rebuild.js";
import type { RecordKeys } from "./record-keys.js";
import type { Store } from "./stores/store.js";

export type ProblemKind =
  /** A record is not what its links say. */
  | "changed_record"
  /** A page in the middle of a log is gone. */
  | "gap"
  /** A log ends before the entry that the ledger has seen. */
  | "cut_tail"
  /** The ledger saw the session opened, and not deleted; its log is gone. */
  | "missing_session"
  /** A log fits in itself, but not the hashes that the ledger has: it was written anew. */
  | "recomputed_chain"
  /** A log that the ledger never saw opened. */
  | "unknown_session"
  /** Records of a session that the ledger says is deleted. */
  | "deleted_remains"
  | "changed_ledger"
  /** An anchor has seen more of the ledger than there is: the directory was put back. */
  | "rolled_back"
  /** The ledger fits in itself, but not an anchor: it was written anew. */
  | "recomputed_ledger"
  /** A line of the anchors that is none, or whose signature does not verify. */
  | "bad_anchor"
  /** An anchor of another store. */
  | "other_store";

export interface Problem {
  readonly kind: ProblemKind;
  /** One sentence for people. */
  readonly message: string;
  readonly session: string | null;
  /** Entry of the session, or record of the ledger. */
  readonly seq: number | null;
  /** Key of the page, hex. */
  readonly key: string | null;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly sessions: number;
  /** Entries whose links were checked. */
  readonly records: number;
  readonly ledgerRecords: number;
  /** Anchors that were checked against the ledger. */
  readonly anchors: number;
  /** The last ledger record that a checked anchor covers; 0: none. */
  readonly anchoredSeq: number;
  /** At most 1,000; `problemCount` counts all. */
  readonly problems: readonly Problem[];
  readonly problemCount: number;
  /** What cannot be known from what was given, as sentences. */
  readonly unknown: readonly string[];
}

export interface VerifyOptions {
  /** Lines of an anchor file. */
  readonly anchors?: readonly string[];
  /** Checks signatures; without it they count as not checked. */
  readonly signing?: Pick<RecordKeys["signing"], "verify"> | null;
  /** Only this session's log, against the whole ledger. */
  readonly session?: SessionId;
}

const PROBLEMS_KEPT = 1000;
const READ_BYTES = 256 * 1024;

/** Checks every log, the ledger and the anchors against each other. Reads only. @throws SluiceError */
export async function verifyStore(store: Store, options: VerifyOptions = {}): Promise<VerifyReport> {
  return new Verification(store, options).run();
}

/** What the ledger says of one session. */
interface Witness {
  first: ChainHash | null;
  /** The newest hash seen, and the sequence number that it belongs to. */
  last: { readonly seq: number; readonly link: ChainHash } | null;
  hasEnded: boolean;
  isDeleted: boolean;
  isStored: boolean;
}

class Verification {
  readonly #store: Store;
  readonly #options: VerifyOptions;
  readonly #witnesses = new Map<string, Witness>();
  readonly #problems: Problem[] = [];
  readonly #unseen: { session: SessionId; first: ChainHash | null }[] = [];
  readonly #anchors = new Map<number, Anchor[]>();
  readonly #damages: Problem[] = [];
  #problemCount = 0;
  #sessions = 0;
  #records = 0;
  #checkedAnchors = 0;
  #anchoredSeq = 0;
  #openSessions = 0;

  constructor(store: Store, options: VerifyOptions) {
    this.#store = store;
    this.#options = options;
  }

  async run(): Promise<VerifyReport> {
    const format = await readFormat(this.#store);
    this.#readAnchors(format?.store ?? "");
    const ledger = new LedgerStream(this.#store);
    const isWhole = await this.#readLedger(ledger);
    if (this.#options.session !== undefined) await this.#checkSession(this.#options.session);
    else for await (const session of storedSessions(this.#store)) await this.#checkSession(session);
    // A log that is in use has gone on meanwhile: what was opened or deleted since is looked up once more.
    if (isWhole) await this.#readLedger(ledger);
    this.#checkAnchorsBeyond(ledger.lastSeq, isWhole);
    for (const damage of this.#damages) this.#addUnlessDeleted(damage);
    if (isWhole) this.#checkPresence();
    return this.#report(ledger.lastSeq);
  }

  #readAnchors(store: string): void {
    for (const [index, line] of (this.#options.anchors ?? []).entries()) {
      if (line.trim() === "") continue;
      const anchor = parseAnchor(line);
      const where = `Line ${index + 1} of the anchors`;
      if (anchor === null) this.#add("bad_anchor", `${where} is not an anchor.`);
      else if (anchor.store !== store) this.#add("other_store", `${where} belongs to another store.`);
      else if (!this.#isSigned(anchor)) this.#add("bad_anchor", `${where} is not signed by a known key.`);
      else this.#anchors.set(anchor.seq, [...(this.#anchors.get(anchor.seq) ?? []), anchor]);
    }
  }

  #isSigned(anchor: Anchor): boolean {
    const signing = this.#options.signing ?? null;
    if (signing === null) return true;
    return signing.verify(anchor.key, anchorBytes(anchor), Buffer.from(anchor.sig, "base64url"));
  }

  async #readLedger(ledger: LedgerStream): Promise<boolean> {
    const damage = await ledger.readOn((record, seq, link) => {
      this.#witness(record);
      const anchors = this.#anchors.get(seq);
      if (anchors !== undefined) this.#checkAnchors(anchors, link);
    });
    if (damage === null) return true;
    const message = `Record ${damage.seq} of the ledger ${damage.reason} (key ${damage.key}).`;
    this.#add("changed_ledger", message, { seq: damage.seq, key: damage.key });
    return false;
  }

  #checkAnchors(anchors: readonly Anchor[], link: ChainHash): void {
    for (const { seq, link: expected, at } of anchors) {
      this.#checkedAnchors++;
      if (hexOf(link) === expected) this.#anchoredSeq = seq;
      else
        this.#add("recomputed_ledger", `Record ${seq} of the ledger is not the one signed at ${at}.`, {
          seq,
        });
    }
  }

  #checkAnchorsBeyond(lastSeq: number, isWhole: boolean): void {
    if (!isWhole) return;
    for (const [seq, [anchor]] of this.#anchors) {
      if (seq <= lastSeq || anchor === undefined) continue;
      const message = `The ledger ends at record ${lastSeq}, but record ${seq} was signed at ${anchor.at}: the store was put back to an earlier state, or its end was cut off.`;
      this.#add("rolled_back", message, { seq });
    }
  }

  #witness(record: LedgerRecord): void {
    switch (record.type) {
      case "opened":
        this.#of(record.session).first = record.link;
        return;
      case "ended":
        this.#of(record.session).last = record;
        this.#of(record.session).hasEnded = true;
        return;
      case "checkpoint":
        for (const checkpoint of record.sessions) this.#of(checkpoint.session).last = checkpoint;
        return;
      case "act":
        if (record.act.kind === "deleted" && record.act.session !== null) {
          const witness = this.#of(record.act.session);
          witness.isDeleted = true;
          // Deleted since it was looked at: what was seen of it then is of no account.
          witness.isStored = false;
        }
        return;
    }
  }

  #of(session: string): Witness {
    const known = this.#witnesses.get(session);
    if (known !== undefined) return known;
    const witness = { first: null, last: null, hasEnded: false, isDeleted: false, isStored: false };
    this.#witnesses.set(session, witness);
    return witness;
  }

  async #checkSession(session: SessionId): Promise<void> {
    this.#sessions++;
    const witness = this.#witnesses.get(session);
    const wantedSeq = witness?.last?.seq ?? 0;
    let first: ChainHash | null = null;
    let wanted: ChainHash | null = null;
    const pages = new PageStream(this.#store, session, { afterSeq: 0, checksKeys: true });
    try {
      for (let count = 1; count > 0; ) {
        count = await pages.visit(READ_BYTES, (_reader, seq, link) => {
          this.#records++;
          if (seq === 1) first = link;
          if (seq === wantedSeq) wanted = link;
        });
      }
    } catch (thrown) {
      if (!(thrown instanceof DamagedLog)) throw thrown;
      this.#of(session).isStored = true;
      if (witness?.isDeleted === true) return;
      const { seq, key, reason } = thrown.damage;
      const kind = reason === "is missing" ? "gap" : "changed_record";
      this.#damages.push({ kind, message: thrown.message, session, seq, key });
      return;
    }
    if (witness === undefined) this.#unseen.push({ session, first });
    else this.#compare(session, witness, { first, wanted, lastSeq: pages.nextSeq - 1 });
  }

  #compare(
    session: SessionId,
    witness: Witness,
    found: { readonly first: ChainHash | null; readonly wanted: ChainHash | null; readonly lastSeq: number },
  ): void {
    if (found.lastSeq === 0) return;
    witness.isStored = true;
    const { last } = witness;
    if (!witness.hasEnded) this.#openSessions++;
    if (last !== null && found.lastSeq < last.seq) {
      const message = `The log of session ${session} ends at entry ${found.lastSeq}; the ledger has seen entry ${last.seq}.`;
      this.#add("cut_tail", message, { session, seq: found.lastSeq + 1 });
      return;
    }
    const isOther =
      (witness.first !== null && found.first !== witness.first) ||
      (last !== null && found.wanted !== last.link) ||
      (last !== null && witness.hasEnded && found.lastSeq > last.seq);
    if (!isOther) return;
    const message = `The log of session ${session} fits in itself, but not what the ledger has seen of it: it was written anew.`;
    this.#add("recomputed_chain", message, { session, seq: last?.seq ?? 1 });
  }

  /** Which sessions should be there and are not, and the other way round. */
  #checkPresence(): void {
    for (const { session, first } of this.#unseen) {
      const witness = this.#witnesses.get(session);
      if (witness === undefined || witness.first !== first) {
        this.#add("unknown_session", `The ledger has not seen session ${session} opened.`, { session });
      } else witness.isStored = true;
    }
    if (this.#options.session !== undefined) return;
    for (const [session, witness] of this.#witnesses) {
      if (witness.isStored && witness.isDeleted) {
        this.#add("deleted_remains", `Session ${session} was deleted, and parts of it are still there.`, {
          session,
        });
      }
      if (witness.isStored || witness.isDeleted || witness.first === null) continue;
      this.#add(
        "missing_session",
        `Session ${session} is gone; the ledger has seen it opened, and no deletion.`,
        {
          session,
        },
      );
    }
  }

  /** A log that is deleted while it is read looks damaged. */
  #addUnlessDeleted({ kind, message, session, seq, key }: Problem): void {
    if (session === null || seq === null || key === null) return;
    if (this.#witnesses.get(session)?.isDeleted !== true) this.#add(kind, message, { session, seq, key });
  }

  #add(
    kind: ProblemKind,
    message: string,
    place: { readonly session?: string; readonly seq?: number; readonly key?: string } = {},
  ): void {
    this.#problemCount++;
    if (this.#problems.length >= PROBLEMS_KEPT) return;
    const { session = null, seq = null, key = null } = place;
    this.#problems.push({ kind, message, session, seq, key });
  }

  #report(ledgerRecords: number): VerifyReport {
    return {
      ok: this.#problemCount === 0,
      sessions: this.#sessions,
      records: this.#records,
      ledgerRecords,
      anchors: this.#checkedAnchors,
      anchoredSeq: this.#anchoredSeq,
      problems: this.#problems,
      problemCount: this.#problemCount,
      unknown: this.#unknown(ledgerRecords),
    };
  }

  #unknown(ledgerRecords: number): readonly string[] {
    const unknown: string[] = [];
    if (this.#checkedAnchors === 0) {
      unknown.push(
        "Without an anchor, a store that was put back to an earlier state, or whose ledger and logs were all written anew, cannot be told from a genuine one.",
      );
    } else if (this.#anchoredSeq < ledgerRecords) {
      unknown.push(
        `Records ${this.#anchoredSeq + 1} to ${ledgerRecords} of the ledger are newer than the last anchor; a change that keeps them consistent cannot be seen.`,
      );
    }
    if (this.#checkedAnchors > 0 && (this.#options.signing ?? null) === null) {
      unknown.push("The signatures of the anchors were not checked: no public key was given.");
    }
    if (this.#openSessions > 0) {
      unknown.push(
        `${this.#openSessions} sessions have not ended: their entries after the last checkpoint are covered by their own chain only.`,
      );
    }
    return unknown;
  }
}
