import type { JsonObject } from "../domain/json.js";
import type { Principal } from "../domain/principal.js";
import { outlineOf } from "../recording/outline.js";
import { compact } from "./compact.js";
import type { FrontEndDeps } from "./front-end.js";
import { readerFor } from "./session-reading.js";

/** The message `OutlineResponse`: a session over time, without text.
 *  @throws SluiceError `not_found`, `storage_failed` */
export async function outlineSession(
  deps: Pick<FrontEndDeps, "log" | "clock" | "gateway">,
  id: string,
  viewer: Principal,
): Promise<JsonObject> {
  const outline = await outlineOf(await readerFor(deps, id, viewer));
  return compact({
    events: outline.events.map(({ seq, offsetUs, type, detail }) =>
      compact({ seq, offsetMs: offsetUs / 1000, type, detail }),
    ),
    density: outline.chunks,
    bucketMs: outline.bucketUs / 1000,
    durationMs: outline.durationUs / 1000,
  });
}
