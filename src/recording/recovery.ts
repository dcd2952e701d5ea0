import type { EndedBody, EntryOf, Totals, Usage } from "../domain/entry.js";
import { asSluiceError, type SluiceError } from "../domain/errors.js";
import type { SessionId } from "../domain/session-id.js";
import { CHAIN_START, type ChainHash } from "./chain.js";
import { areaRange, ledgerKey, seqOfLedgerKey, sessionFromBytes, sessionOfKey } from "./keys.js";
import { EMPTY_LEDGER, type LedgerHead } from "./ledger.js";
import { pageEnds } from "./page.js";
import { DamagedLog, PageStream } from "./page-stream.js";
import { walkPage } from "./page-walker.js";
import type { WriterState } from "./session-writer.js";
import type { Store } from "./stores/store.js";
import { Tally } from "./summary.js";

const READ_BYTES = 256 * 1024;

/** A log that has no end, as it was found. */
export interface UnfinishedLog {
  readonly session: SessionId;
  readonly opened: EntryOf<"opened">;
  readonly state: WriterState;
  readonly totals: Totals;
  /** A review was requested and not decided: the session may go on. */
  readonly isPending: boolean;
}

/** The sessions without an end, as the store marks them. */
export async function unfinishedSessions(store: Store): Promise<readonly SessionId[]> {
  const sessions: SessionId[] = [];
  let { from, to } = areaRange("unfinished");
  for (;;) {
    const pairs = await store.range({ from, to, limit: 1000, maxBytes: 1 << 20 });
    for (const { key } of pairs) {
      const session = sessionFromBytes(sessionOfKey(key));
      if (session !== null) sessions.push(session);
      from = Buffer.concat([key, Buffer.of(0)]);
    }
    if (pairs.length === 0) return sessions;
  }
}

/**
 * Reads a whole log to take it up again.
 * @throws DamagedLog where it is not as it was written; SluiceError `storage_failed`.
 */
export async function readUnfinished(store: Store, session: SessionId): Promise<UnfinishedLog | null> {
  const pages = new PageStream(store, session, { afterSeq: 0, checksKeys: true });
  const tally = new Tally();
  const recount = new Recount();
  let opened: EntryOf<"opened"> | null = null;
  let lastOffsetUs = 0;
  for (;;) {
    const entries = await pages.read(READ_BYTES);
    if (entries.length === 0) break;
    for (const entry of entries) {
      if (entry.type === "opened") opened = entry;
      tally.add(entry);
      recount.add(entry);
      lastOffsetUs = entry.offsetUs;
    }
  }
  if (opened === null || tally.outcome !== null) return null;
  tally.durationUs = lastOffsetUs;
  const state = { lastSeq: pages.nextSeq - 1, link: pages.link ?? CHAIN_START, lastOffsetUs, tally };
  return { session, opened, state, totals: recount.totals(tally), isPending: recount.isPending };
}

/** Gathers from the entries what `ended` says of them. */
class Recount {
  isPending = false;
  #usage: Usage | null = null;
  #upstreamUs: number | null = null;
  #firstChunkUs: number | null = null;

  add(entry: EntryOf<"opened"> | (Parameters<Tally["add"]>[0] & { readonly offsetUs: number })): void {
    switch (entry.type) {
      case "review_requested":
        this.isPending = true;
        return;
      case "review_decided":
        this.isPending = false;
        return;
      case "upstream_opened":
        this.#upstreamUs = entry.offsetUs;
        return;
      case "chunk":
        if (this.#firstChunkUs === null) this.#firstChunkUs = entry.offsetUs - (this.#upstreamUs ?? 0);
        return;
      case "output":
        for (const item of entry.items) if (item.type === "usage") this.#usage = item.usage;
        return;
      default:
        return;
    }
  }

  totals(tally: Tally): Totals {
    const { chunks, characters } = tally;
    const findings = Object.fromEntries(tally.findings);
    return { chunks, characters, findings, usage: this.#usage, firstChunkUs: this.#firstChunkUs };
  }
}

/** The ending of a session that its gateway did not live to end. */
export function endedBy(error: SluiceError, totals: Totals): EndedBody {
  const { code, message, details } = error;
  return { type: "ended", error: { code, message, details }, outcome: code, by: null, reason: null, totals };
}

/** Where the ledger in the store ends, and what is wrong with its last pages. */
export async function readLedgerHead(
  store: Store,
): Promise<{ readonly head: LedgerHead; readonly problem: string | null }> {
  const query = {
    from: ledgerKey(0),
    to: areaRange("ledger").to,
    reverse: true,
    limit: 2,
    maxBytes: 1 << 24,
  };
  const [last, before] = await store.range(query);
  if (last === undefined) return { head: EMPTY_LEDGER, problem: null };
  const ends = pageEnds(last.value);
  const firstSeq = seqOfLedgerKey(last.key);
  if (ends === null) {
    const link = before === undefined ? CHAIN_START : (pageEnds(before.value)?.head ?? CHAIN_START);
    const head = { seq: firstSeq, link };
    return {
      head,
      problem: `The last page of the ledger (key ${last.key.toString("hex")}) is not readable.`,
    };
  }
  const head = { seq: firstSeq + ends.count - 1, link: ends.head };
  const previous = firstSeq === 1 ? CHAIN_START : linkBefore(before, firstSeq);
  if (previous === null) return { head, problem: `Ledger record ${firstSeq - 1} is missing.` };
  const fault = walkPage(last.value, previous, () => {});
  if (fault === null) return { head, problem: null };
  return { head, problem: `Ledger record ${firstSeq + fault.index} ${fault.reason}.` };
}

function linkBefore(
  page: { readonly key: Buffer; readonly value: Buffer } | undefined,
  firstSeq: number,
): ChainHash | null {
  const ends = page === undefined ? null : pageEnds(page.value);
  if (page === undefined || ends === null) return null;
  return seqOfLedgerKey(page.key) + ends.count === firstSeq ? ends.head : null;
}

/** What a session's log was when it was last acknowledged. */
export interface AcknowledgedHead {
  readonly session: SessionId;
  readonly seq: number;
  readonly link: ChainHash;
}

/**
 * Whether the store still holds what it acknowledged. Null: it does; otherwise what is wrong. Records
 * after the acknowledged one are welcome: a commit that failed may have been carried out.
 */
export async function checkAcknowledged(store: Store, head: AcknowledgedHead): Promise<string | null> {
  if (head.seq === 0) return null;
  const pages = new PageStream(store, head.session, { afterSeq: head.seq - 1 });
  let found: ChainHash | null = null;
  try {
    await pages.visit(1, (_reader, seq, link) => {
      if (seq === head.seq) found = link;
    });
  } catch (thrown) {
    if (thrown instanceof DamagedLog) return thrown.message;
    throw asSluiceError(thrown);
  }
  if (found === head.link) return null;
  const what = found === null ? "is gone" : "is not what was acknowledged";
  return `Entry ${head.seq} of session ${head.session} ${what}.`;
}
