import { parseSessionId, type SessionId } from "../domain/session-id.js";
import { allSummaries } from "./catalogue.js";
import type { Store } from "./stores/store.js";

export interface RetentionPolicy {
  /** Sessions opened longer ago are deleted. */
  readonly maxAgeMs?: number;
  /** While the store takes more, the oldest are deleted. */
  readonly maxBytes?: number;
}

/** Sessions deleted in one run; the rest waits for the next, so that one compaction stays bounded. */
const MOST_PER_RUN = 10_000;
/** What a session takes beside its records: keys, links, indexes, before compression. */
const BYTES_BESIDE = 600;

/** Which sessions a policy lets go of, oldest first. Those being written are spared. */
export async function expiredSessions(
  store: Store,
  policy: RetentionPolicy,
  now: { readonly nowMs: number; readonly isLive: (session: SessionId) => boolean },
): Promise<readonly SessionId[]> {
  const oldestMs = policy.maxAgeMs === undefined ? Number.NEGATIVE_INFINITY : now.nowMs - policy.maxAgeMs;
  let excess = policy.maxBytes === undefined ? 0 : (await store.usedBytes()) - policy.maxBytes;
  const expired: SessionId[] = [];
  for await (const summary of allSummaries(store)) {
    const isOld = summary.openedAtMs < oldestMs;
    if ((!isOld && excess <= 0) || expired.length >= MOST_PER_RUN) break;
    const session = parseSessionId(summary.session);
    if (session === null || now.isLive(session)) continue;
    excess -= summary.recordBytes + BYTES_BESIDE;
    expired.push(session);
  }
  return expired;
}
