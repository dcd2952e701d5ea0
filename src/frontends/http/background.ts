import { isBackground, queuedResponse } from "../../dialects/openai-responses/response-object.js";
import type { CompletionRequest } from "../../dialects/request.js";
import type { Entry, EntryOf } from "../../domain/entry.js";
import { SluiceError } from "../../domain/errors.js";
import type { LiveSession } from "../../pipeline/call.js";
import { type Exchange, sendError, sendJson } from "./exchange.js";
import type { HttpRoom } from "./room.js";

/** Whether the caller wants a response that runs on by itself. */
export function runsAlone(request: CompletionRequest): boolean {
  return request.dialect === "openai-responses" && isBackground(request.native);
}

/**
 * Answers `background: true` as the provider does: with the response as it is queued, as soon as policy let it
 * through or people have to look at it; a denial is an ordinary error answer.
 */
export function answerInBackground(room: HttpRoom, exchange: Exchange, live: LiveSession): void {
  let opened: EntryOf<"opened"> | null = null;
  let isAnswered = false;
  const answer = (send: () => void): void => {
    if (isAnswered || exchange.response.destroyed) return;
    isAnswered = true;
    send();
  };
  room.detach(live, (entry: Entry) => {
    switch (entry.type) {
      case "opened":
        opened = entry;
        return;
      case "review_requested":
      case "upstream_opened":
        answer(() => opened !== null && sendJson(exchange, queuedResponse(opened)));
        return;
      case "ended":
        answer(() => end(exchange, { opened, ended: entry, session: live.id }));
        return;
      default:
        return;
    }
  });
}

/** Only what no model is asked for (`generate: false`) ends well before one was. */
function end(
  exchange: Exchange,
  about: {
    readonly opened: EntryOf<"opened"> | null;
    readonly ended: EntryOf<"ended">;
    readonly session: string;
  },
): void {
  const { opened, session } = about;
  const { error } = about.ended;
  if (error === null && opened !== null) sendJson(exchange, queuedResponse(opened));
  else {
    const { code, message, details } =
      error ?? new SluiceError("interrupted", "The session's log has no beginning.");
    sendError(exchange, new SluiceError(code, message, { ...details, session }));
  }
}
