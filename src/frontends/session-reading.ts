import type { JsonObject } from "../domain/json.js";
import { type Principal, samePrincipal } from "../domain/principal.js";
import type { LiveSession } from "../pipeline/call.js";
import type { Cursor } from "../recording/cursor.js";
import { Replay, type ReplaySpeed } from "../recording/replay-clock.js";
import type { SessionReader } from "../recording/session-reader.js";
import { compact } from "./compact.js";
import type { FrontEndDeps } from "./front-end.js";
import { GuardedCursor } from "./guarded-cursor.js";
import { maySeeSession, noSuchSession, sessionIdOf } from "./session-access.js";
import { toSummaryMessage } from "./session-summary.js";

type Deps = Pick<FrontEndDeps, "log" | "clock" | "gateway" | "authority">;

/** A session that the viewer may read. @throws SluiceError `not_found`, `storage_failed` */
export async function readerFor(
  deps: Pick<FrontEndDeps, "log">,
  id: string,
  viewer: Principal,
): Promise<SessionReader> {
  const session = sessionIdOf(id);
  const reader = await deps.log.reader(session);
  if (reader === null || !maySeeSession(reader.opened.principal, viewer)) throw noSuchSession();
  return reader;
}

export interface ReplayFrom {
  readonly speed: ReplaySpeed;
  readonly afterSeq: number;
  /** Recorded offset, microseconds; null: not by time. */
  readonly fromOffsetUs: number | null;
}

/** A session at its recorded pace, or another. The act is recorded.
 *  @throws SluiceError `not_found`, `invalid_request` (position or speed) */
export async function replayOf(
  deps: Deps,
  id: string,
  { viewer, from }: { readonly viewer: Principal; readonly from: ReplayFrom },
): Promise<Cursor> {
  const reader = await readerFor(deps, id, viewer);
  const source = reader.cursor({ afterSeq: from.afterSeq, live: false });
  const byTime = from.fromOffsetUs === null ? {} : { fromOffsetUs: from.fromOffsetUs };
  const replay = new Replay(source, { clock: deps.clock, speed: from.speed, ...byTime });
  deps.log.act({ kind: "replayed", session: reader.session, by: viewer });
  return new GuardedCursor(replay, viewer, deps.authority);
}

/** A session as it goes on. Somebody else's is a recorded act. */
export async function followOf(
  deps: Deps,
  id: string,
  { viewer, afterSeq }: { readonly viewer: Principal; readonly afterSeq: number },
): Promise<Cursor> {
  const reader = await readerFor(deps, id, viewer);
  const cursor = reader.cursor({ afterSeq, live: true });
  if (!samePrincipal(reader.opened.principal, viewer)) {
    deps.log.act({ kind: "followed", session: reader.session, by: viewer });
  }
  return new GuardedCursor(cursor, viewer, deps.authority);
}

/** What the gateway gives its own caller, made of a cursor that somebody else reads too. */
export function asReading(cursor: Cursor): Pick<LiveSession, "cursor" | "restore"> {
  return { cursor, restore: null };
}

/** The message `GetSessionResponse`. Reading somebody else's prompt is a recorded act. */
export async function describeSession(
  deps: Pick<FrontEndDeps, "log">,
  id: string,
  viewer: Principal,
): Promise<JsonObject> {
  const reader = await readerFor(deps, id, viewer);
  const summary = await deps.log.summary(reader.session);
  if (summary === null) throw noSuchSession();
  if (!samePrincipal(reader.opened.principal, viewer)) {
    deps.log.act({ kind: "prompt_read", session: reader.session, by: viewer });
  }
  return compact({
    session: toSummaryMessage(summary),
    headHash: reader.headHash,
    requestJson: reader.opened.request,
  });
}
