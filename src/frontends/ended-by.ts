import type { EntryOf } from "../domain/entry.js";
import type { SluiceError } from "../domain/errors.js";

/** An ending for a reader whose log cannot be read on: it stands in no log, the reader is only told. */
export function endedBy(error: SluiceError, afterSeq: number): EntryOf<"ended"> {
  return {
    type: "ended",
    seq: afterSeq,
    offsetUs: 0,
    error: { code: error.code, message: error.message, details: error.details },
    outcome: error.code,
    by: null,
    reason: null,
    totals: { chunks: 0, characters: 0, findings: {}, usage: null, firstChunkUs: null },
  };
}
