import { type ClientDialect, requestSide } from "../dialects/dialect.js";
import { openaiRateHeaders } from "../dialects/rate-headers.js";
import { sluiceSteps, withSluiceTexts } from "../dialects/sluice/index.js";
import type { JsonObject } from "../domain/json.js";
import { toEvent } from "./event.js";
import { eventMembers } from "./event-json.js";
import { ownError } from "./http/errors.js";

/** The gateway's own dialect at the caller's edge: a request is a `CompleteRequest`, an answer is the
 *  log's events, in the contract's JSON form. */
export const ownDialect: ClientDialect = {
  name: "sluice",
  ...requestSide({ parse: sluiceSteps, withTexts: withSluiceTexts }),
  streamEncoder: () => ({
    encode: (entry, sink) => {
      const members = eventMembers(entry);
      if (members !== null) sink.frame(null, `{${members}}`, entry.seq);
    },
  }),
  plainEncoder: () => {
    const events: JsonObject[] = [];
    return {
      add: (entry) => {
        const event = toEvent(entry);
        if (event !== null) events.push(event);
      },
      body: () => ({ events }),
    };
  },
  error: ownError,
  rateHeaders: openaiRateHeaders,
  terminator: null,
};
