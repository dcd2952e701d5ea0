import { SluiceError } from "../../domain/errors.js";
import type { JsonObject } from "../../domain/json.js";
import type { Principal } from "../../domain/principal.js";
import type { LiveSession } from "../../pipeline/call.js";
import type { FrontEndDeps } from "../front-end.js";
import { replayFromOf } from "../replay-request.js";
import { asReading, followOf, replayOf } from "../session-reading.js";
import { sluiceCallOf } from "../sluice-call.js";
import { type ClientFrame, requireKnown } from "./frames.js";

export interface Opened {
  readonly reading: Pick<LiveSession, "cursor" | "restore">;
  /** The session's id where it is the caller's own and running here. */
  readonly ownSession: string | null;
}

/** What a client's frame asks to read. @throws SluiceError as the rooms below do. */
export async function openStream(
  deps: FrontEndDeps,
  { ask, message }: Pick<ClientFrame, "ask" | "message">,
  principal: Principal,
): Promise<Opened> {
  switch (ask) {
    case "complete": {
      // On this protocol a lost connection is no cancel: the session goes on for the grace.
      const call = await sluiceCallOf(message, { principal, frontEnd: "websocket", alwaysResumable: true });
      return own(await deps.gateway.complete(call));
    }
    case "attach":
      requireKnown(message, ["sessionId", "afterSeq"]);
      return own(await deps.gateway.attach(sessionOf(message), principal, positionOf(message)));
    case "replay": {
      requireKnown(message, ["sessionId", "speed", "maxSpeed", "afterSeq", "fromOffsetMs"]);
      const from = replayFromOf(message);
      return others(await replayOf(deps, sessionOf(message), { viewer: principal, from }));
    }
    case "follow": {
      requireKnown(message, ["sessionId", "afterSeq"]);
      const afterSeq = positionOf(message);
      return others(await followOf(deps, sessionOf(message), { viewer: principal, afterSeq }));
    }
    case "cancel":
      throw new SluiceError("internal", "A cancel opens nothing.");
  }
}

function own(live: LiveSession): Opened {
  return { reading: live, ownSession: live.id };
}

function others(cursor: LiveSession["cursor"]): Opened {
  return { reading: asReading(cursor), ownSession: null };
}

function sessionOf({ sessionId }: JsonObject): string {
  if (typeof sessionId === "string" && sessionId !== "") return sessionId.toLowerCase();
  throw new SluiceError("invalid_request", "The member sessionId is missing.", { field: "sessionId" });
}

function positionOf({ afterSeq = 0 }: JsonObject): number {
  if (typeof afterSeq === "number" && Number.isInteger(afterSeq) && afterSeq >= 0) return afterSeq;
  throw new SluiceError("invalid_request", "The member afterSeq is a whole number from 0 on.", {
    field: "afterSeq",
  });
}
