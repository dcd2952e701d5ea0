import { SluiceError } from "../domain/errors.js";
import type { Principal } from "../domain/principal.js";
import { exportAsciicast } from "../recording/export-asciicast.js";
import type { FrontEndDeps } from "./front-end.js";
import { readerFor } from "./session-reading.js";

/** Characters of one piece; lines are joined up to it. */
const PIECE = 32 * 1024;

/** A session as text, verifiable offline (`ndjson`) or to be played (`asciicast`). The act is recorded.
 *  @throws SluiceError `not_found`, `invalid_request` (the format), `storage_failed` */
export async function exportSession(
  deps: Pick<FrontEndDeps, "log" | "clock" | "gateway">,
  id: string,
  { viewer, format }: { readonly viewer: Principal; readonly format: string },
): Promise<AsyncGenerator<string>> {
  const reader = await readerFor(deps, id, viewer);
  if (format !== "" && format !== "ndjson" && format !== "asciicast") {
    throw new SluiceError("invalid_request", "The format is ndjson or asciicast.", { field: "format" });
  }
  deps.log.act({ kind: "exported", session: reader.session, by: viewer });
  return inPieces(format === "asciicast" ? exportAsciicast(reader) : deps.log.exportNdjson(reader.session));
}

async function* inPieces(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = "";
  for await (const line of lines) {
    piece += `${line}\n`;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = "";
  }
  if (piece !== "") yield piece;
}
