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
