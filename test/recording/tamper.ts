import type { EntryBody } from "../../src/domain/entry.js";
import type { SessionId } from "../../src/domain/session-id.js";
import { CHAIN_START } from "../../src/recording/chain.js";
import { encodeEntry } from "../../src/recording/entry-codec.js";
import { pageRange, sessionBytes } from "../../src/recording/keys.js";
import { PageBuilder } from "../../src/recording/page.js";
import type { Store, StorePair } from "../../src/recording/stores/store.js";

/** What somebody can do who has the directory: writes these values, and removes where the value is null. */
export async function put(store: Store, pairs: readonly (readonly [Buffer, Buffer | null])[]): Promise<void> {
  const batch = store.batch();
  for (const [key, value] of pairs) {
    if (value === null) batch.remove(key);
    else batch.put(key, value);
  }
  await batch.commit(false);
}

export async function pagesOf(store: Store, session: SessionId): Promise<readonly StorePair[]> {
  return store.range({ ...pageRange(sessionBytes(session)), limit: 100, maxBytes: 1 << 20 });
}

/** A page whose chain fits in itself and that nobody recorded. */
export function forgedPage(bodies: readonly EntryBody[]): Buffer {
  const builder = new PageBuilder(1024);
  let link = CHAIN_START;
  for (const body of bodies) {
    encodeEntry(builder.open(), body, 0);
    link = builder.close(link);
  }
  return Buffer.from(builder.seal(link));
}
