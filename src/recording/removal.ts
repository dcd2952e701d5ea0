import type { SessionId } from "../domain/session-id.js";
import { parseSummary } from "./catalogue.js";
import { CHAIN_START, type ChainHash } from "./chain.js";
import type { Committable } from "./group-commit.js";
import { indexValues } from "./index-values.js";
import {
  areaRange,
  indexPrefix,
  pageRange,
  seqOfPageKey,
  sessionBytes,
  sessionFromBytes,
  sessionKey,
  sessionOfKey,
} from "./keys.js";
import type { DeletedSession } from "./ledger.js";
import { pageEnds } from "./page.js";
import { walkPage } from "./page-walker.js";
import type { KeyRange, Store, StoreBatch } from "./stores/store.js";

const KEYS_PER_BATCH = 1000;

/** What the ledger keeps of a log that goes: read from the pages even where they are damaged. */
export async function lastWords(store: Store, session: SessionId): Promise<DeletedSession> {
  const { from, to } = pageRange(sessionBytes(session));
  const [first] = await store.range({ from, to, limit: 1, maxBytes: 1 });
  const [last] = await store.range({ from, to, limit: 1, maxBytes: 1, reverse: true });
  let firstLink: ChainHash = CHAIN_START;
  if (first !== undefined) {
    walkPage(first.value, CHAIN_START, (_reader, index, link) => {
      if (index === 0 && link !== null) firstLink = link;
    });
  }
  const ends = last === undefined ? null : pageEnds(last.value);
  const lastSeq = last === undefined ? 0 : seqOfPageKey(last.key) + (ends?.count ?? 1) - 1;
  return { session, lastSeq, firstLink, lastLink: ends?.head ?? CHAIN_START };
}

/** The marks of sessions whose removal has begun, in the batch of the ledger's act of deletion. */
export class RemovalMarks implements Committable {
  readonly #sessions: readonly SessionId[];
  readonly #onCommitted: () => void;

  constructor(sessions: readonly SessionId[], onCommitted: () => void) {
    this.#sessions = sessions;
    this.#onCommitted = onCommitted;
  }

  drain(batch: StoreBatch): void {
    for (const session of this.#sessions)
      batch.put(sessionKey("removing", sessionBytes(session)), Buffer.alloc(0));
  }

  settled(): void {
    this.#onCommitted();
  }
}

/** Sessions whose removal was begun and not finished. */
export async function removalsBegun(store: Store): Promise<readonly SessionId[]> {
  const { from, to } = areaRange("removing");
  const pairs = await store.range({ from, to, limit: KEYS_PER_BATCH, maxBytes: 1 << 20 });
  const sessions = pairs.map(({ key }) => sessionFromBytes(sessionOfKey(key)));
  return sessions.filter((session) => session !== null);
}

/** Removes everything that the store has of a session; its mark goes last, so that it can be repeated. */
export async function removeSession(store: Store, session: SessionId, nameKey: Buffer): Promise<void> {
  const key = sessionBytes(session);
  const [value] = await store.getMany([sessionKey("summary", key)]);
  const summary = value == null ? null : parseSummary(value);
  const { from, to } = pageRange(key);
  for (;;) {
    const pages = await store.range({ from, to, limit: KEYS_PER_BATCH, maxBytes: 1 << 20 });
    if (pages.length === 0) break;
    const batch = store.batch();
    for (const page of pages) batch.remove(page.key);
    await batch.commit(false);
  }
  const batch = store.batch();
  if (summary !== null) {
    for (const [field, name] of indexValues(summary)) {
      batch.remove(Buffer.concat([indexPrefix(nameKey, field, name), key]));
    }
  }
  for (const area of ["summary", "unfinished", "removing"] as const) batch.remove(sessionKey(area, key));
  await batch.commit(true);
}

/** The ranges that a removal has touched, for compaction. */
export function removedRanges(sessions: readonly SessionId[]): readonly KeyRange[] {
  const sorted = [...sessions].sort();
  const first = sorted[0];
  const last = sorted[sorted.length - 1];
  if (first === undefined || last === undefined) return [];
  const pages = { from: pageRange(sessionBytes(first)).from, to: pageRange(sessionBytes(last)).to };
  return [pages, areaRange("summary"), areaRange("index"), areaRange("unfinished"), areaRange("removing")];
}
