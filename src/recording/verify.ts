import type { SessionId } from "../domain/session-id.js";
import { type Anchor, anchorBytes, parseAnchor } from "./anchor.js";
import { type ChainHash, hexOf } from "./chain.js";
import { readFormat } from "./format.js";
import { LedgerStream } from "./ledger-stream.js";
import { DamagedLog, PageStream } from "./page-stream.js";
import { storedSessions } from "./rebuild.js";
import type { RecordKeys } from "./record-keys.js";
import type { Store } from "./stores/store.js";
import type { Problem, ProblemKind, VerifyReport } from "./verify-report.js";
import { type Witness, Witnesses } from "./witnesses.js";

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

class Verification {
  readonly #store: Store;
  readonly #options: VerifyOptions;
  readonly #witnesses = new Witnesses();
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
      this.#witnesses.add(record);
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
      this.#witnesses.of(session).isStored = true;
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
    for (const [session, witness] of this.#witnesses.all()) {
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
