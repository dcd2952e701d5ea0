import { SluiceError } from "../domain/errors.js";
import type { JsonObject } from "../domain/json.js";
import { EventPrinter } from "./event-printer.js";
import { EXIT } from "./io.js";
import type { Output } from "./output.js";

/**
 * Prints a recorded log to its last entry. That the session ended badly is no failure of reading it.
 * @throws SluiceError `upstream_broken` where the stream stops before that entry.
 */
export async function printLog(
  events: AsyncIterable<JsonObject>,
  { output, raw }: { readonly output: Output; readonly raw: boolean },
): Promise<number> {
  const printer = new EventPrinter(output, { raw });
  try {
    for await (const event of events) await printer.print(event);
  } catch (thrown) {
    // A session that failed ends its replay with the same status, which the last entry has told already.
    if (printer.ending === null) throw thrown;
  }
  if (printer.ending !== null) return EXIT.ok;
  throw new SluiceError(
    "upstream_broken",
    `The gateway ended the stream before the session's last entry; the last one read is ${printer.lastSeq}.`,
  );
}
