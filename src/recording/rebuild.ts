import type { EntryOf } from "../domain/entry.js";
import type { SessionId } from "../domain/session-id.js";
import { indexValues } from "./index-values.js";
import {
  areaRange,
  indexPrefix,
  pageKey,
  sessionBytes,
  sessionFromBytes,
  sessionKey,
  sessionOfKey,
} from "./keys.js";
import { DamagedLog, PageStream } from "./page-stream.js";
import type { Store, StoreBatch } from "./stores/store.js";
import { Tally } from "./summary.js";

const READ_BYTES = 256 * 1024;
const NOTHING = Buffer.alloc(0);

/** The sessions whose pages the store holds, in the order of their ids; reads one key for each. */
export async function* storedSessions(store: Store): AsyncGenerator<SessionId> {
  let { from, to } = areaRange("page");
  for (;;) {
    const [next] = await store.range({ from, to, limit: 1, maxBytes: 1 });
    if (next === undefined) return;
    const bytes = sessionOfKey(next.key);
    const session = sessionFromBytes(bytes);
    if (session !== null) yield session;
    from = Buffer.concat([pageKey(bytes, 0xffffffff), Buffer.of(0)]);
  }
}

/** Makes summaries, index keys and marks of unfinished sessions anew from the logs themselves. */
export async function rebuildIndexes(store: Store, nameKey: Buffer): Promise<void> {
  for await (const session of storedSessions(store)) {
    const batch = store.batch();
    await rebuildOne(store, session, { batch, nameKey });
    await batch.commit(false);
  }
}

async function rebuildOne(
  store: Store,
  session: SessionId,
  into: { readonly batch: StoreBatch; readonly nameKey: Buffer },
): Promise<void> {
  const tally = new Tally();
  const pages = new PageStream(store, session, { afterSeq: 0, checksKeys: true });
  let opened: EntryOf<"opened"> | null = null;
  try {
    for (let count = 1; count > 0; ) {
      const entries = await pages.read(READ_BYTES);
      count = entries.length;
      for (const entry of entries) {
        if (entry.type === "opened") opened = entry;
        tally.add(entry);
        tally.durationUs = entry.offsetUs;
      }
    }
  } catch (thrown) {
    // What was read before the damage is still worth finding; `verify` names the damage.
    if (!(thrown instanceof DamagedLog)) throw thrown;
  }
  if (opened === null) return;
  const key = sessionBytes(session);
  const summary = tally.summary(opened, pages.nextSeq - 1);
  into.batch.put(sessionKey("summary", key), Buffer.from(JSON.stringify(summary)));
  for (const [field, value] of indexValues(summary)) {
    into.batch.put(Buffer.concat([indexPrefix(into.nameKey, field, value), key]), NOTHING);
  }
  if (summary.outcome === null) into.batch.put(sessionKey("unfinished", key), NOTHING);
}
