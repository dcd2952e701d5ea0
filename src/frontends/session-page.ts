import type { Entry } from "../domain/entry.js";
import { SluiceError } from "../domain/errors.js";
import type { JsonObject } from "../domain/json.js";
import type { Principal } from "../domain/principal.js";
import type { Cursor } from "../recording/cursor.js";
import { compact } from "./compact.js";
import { toEvent } from "./event.js";
import type { FrontEndDeps } from "./front-end.js";
import { readerFor } from "./session-reading.js";

const DEFAULT_LIMIT = 1000;
const MOST = 5000;
/** Text of one page; a page stays well below the message limit of clients. */
const MOST_CHARACTERS = 1024 * 1024;

/** The message `ReadResponse`: entries as fast as they can be read.
 *  @throws SluiceError `not_found`, `invalid_request`, `storage_failed` */
export async function readPage(
  deps: Pick<FrontEndDeps, "log" | "clock" | "gateway">,
  id: string,
  {
    viewer,
    afterSeq,
    limit,
  }: { readonly viewer: Principal; readonly afterSeq: number; readonly limit: number },
): Promise<JsonObject> {
  if (!Number.isInteger(limit) || limit < 0 || limit > MOST) {
    throw new SluiceError("invalid_request", `The limit is 1 to ${MOST}.`, { field: "limit" });
  }
  const reader = await readerFor(deps, id, viewer);
  const cursor = reader.cursor({ afterSeq, live: false });
  try {
    const entries = await gather(cursor, limit === 0 ? DEFAULT_LIMIT : limit);
    const events = entries.flatMap((entry) => toEvent(entry) ?? []);
    return compact({ events, nextAfterSeq: cursor.done ? 0 : cursor.position });
  } finally {
    cursor.close();
  }
}

/** Takes until there are enough entries, or enough text, or no more. */
function gather(cursor: Cursor, limit: number): Promise<readonly Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: Entry[] = [];
    let characters = 0;
    const step = (): void => {
      for (;;) {
        const got = cursor.take(Math.min(256, limit - entries.length));
        for (const entry of got) characters += entry.type === "chunk" ? entry.text.length + 100 : 400;
        entries.push(...got);
        if (cursor.done || entries.length >= limit || characters >= MOST_CHARACTERS) break;
        if (got.length === 0) return;
      }
      resolve(entries);
    };
    cursor.onReadable = step;
    cursor.onFault = reject;
    step();
  });
}
