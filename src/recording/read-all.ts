import type { Entry } from "../domain/entry.js";
import type { SessionReader } from "./session-reader.js";

const TAKEN_AT_ONCE = 512;

/** The committed entries of a log from the first to the last, for whoever reads it whole; does not follow
 *  a session that goes on. @throws SluiceError `storage_failed` where the log is damaged. */
export async function* readAll(reader: SessionReader, afterSeq = 0): AsyncGenerator<Entry> {
  const cursor = reader.cursor({ afterSeq, live: false });
  try {
    while (!cursor.done) {
      const entries = cursor.take(TAKEN_AT_ONCE);
      if (entries.length > 0) yield* entries;
      else {
        await new Promise<void>((resolve, reject) => {
          cursor.onReadable = resolve;
          cursor.onFault = reject;
        });
      }
    }
  } finally {
    cursor.close();
  }
}
