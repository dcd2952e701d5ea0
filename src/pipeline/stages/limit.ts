import { map, type OperatorFunction } from "rxjs";
import { SluiceError } from "../../domain/errors.js";
import type { Prepared, Reading } from "../stages.js";

/** No tokenizer in use has ordinary tokens longer than this; a delta of more characters is several. */
const CHARS_PER_TOKEN = 16;

/**
 * Holds a model that ignores its limit to it. Counts a lower bound, so that an answer within the limit is
 * never cut: one token for each piece of text, more for long ones, over all choices.
 */
export function limit({ decision }: Prepared): OperatorFunction<Reading, Reading> {
  const most = decision.obligations.completionTokens;
  if (most === null) return (source) => source;
  let tokens = 0;
  return map((reading) => {
    for (const [index, event] of reading.events.entries()) {
      if (event.type !== "delta" || event.text === "") continue;
      tokens += Math.ceil(event.text.length / CHARS_PER_TOKEN);
      if (tokens > most)
        return { ...reading, events: reading.events.slice(0, index), failure: tooLong(most) };
    }
    return reading;
  });
}

function tooLong(most: number): SluiceError {
  return new SluiceError(
    "policy_denied",
    `The answer went beyond the ${most} completion tokens that policy allows.`,
    {
      rule: "completionTokens",
    },
  );
}
