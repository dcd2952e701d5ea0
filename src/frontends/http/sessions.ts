import { SluiceError } from "../../domain/errors.js";
import { type Principal, samePrincipal } from "../../domain/principal.js";
import type { ReplaySpeed } from "../../recording/replay-clock.js";
import { authenticate } from "../authenticate.js";
import { listSessions } from "../session-list.js";
import {
  asReading,
  describeSession,
  followOf,
  type ReplayFrom,
  readerFor,
  replayOf,
} from "../session-reading.js";
import { type Exchange, sendJson } from "./exchange.js";
import type { HttpRoom } from "./room.js";

export async function list(room: HttpRoom, exchange: Exchange): Promise<void> {
  const { principal } = await authenticate(exchange.request.headers, room.deps.verifier);
  const { limit, ...fields } = Object.fromEntries(exchange.query);
  const query = limit === undefined ? fields : { ...fields, limit: numberOf("limit", limit) };
  const { items = [], next = null } = await listSessions(room.deps, query, principal);
  sendJson(exchange, { items, next });
}

export async function get(room: HttpRoom, exchange: Exchange, id: string): Promise<void> {
  const { principal } = await authenticate(exchange.request.headers, room.deps.verifier);
  sendJson(exchange, await describeSession(room.deps, id, principal));
}

/** A session's events: live from where the caller left off, or with `speed` or `fromMs` a replay. */
export async function stream(room: HttpRoom, exchange: Exchange, id: string): Promise<void> {
  const { principal } = await authenticate(exchange.request.headers, room.deps.verifier);
  const afterSeq = afterOf(exchange);
  const from = replayFromOf(exchange, afterSeq);
  const reader = await readerFor(room.deps, id, principal);
  exchange.response.setHeader("x-sluice-session", reader.session);
  if (!reader.live && afterSeq > 0 && afterSeq === reader.lastSeq) {
    // An EventSource comes again after every ending; "no content" is what makes it stay away.
    exchange.response.statusCode = 204;
    exchange.response.end();
    return;
  }
  if (from !== null) {
    room.events(exchange, asReading(await replayOf(room.deps, id, { viewer: principal, from })));
  } else
    room.events(
      exchange,
      await following(room, reader.session, { principal, afterSeq, owner: reader.opened.principal }),
    );
}

async function following(
  room: HttpRoom,
  session: string,
  {
    principal,
    afterSeq,
    owner,
  }: { principal: Principal; afterSeq: number; owner: { issuer: string; subject: string } },
): Promise<ReturnType<typeof asReading>> {
  if (samePrincipal(owner, principal)) return room.deps.gateway.attach(session, principal, afterSeq);
  return asReading(await followOf(room.deps, session, { viewer: principal, afterSeq }));
}

function afterOf({ query, request }: Exchange): number {
  const after = query.get("after");
  if (after !== null) return numberOf("after", after);
  const last = request.headers["last-event-id"];
  return typeof last === "string" && last !== "" ? numberOf("last-event-id", last) : 0;
}

/** A replay, where a speed or a time to begin at is given; null: the session as it goes on. */
function replayFromOf({ query }: Exchange, afterSeq: number): ReplayFrom | null {
  const speed = query.get("speed");
  const fromMs = query.get("fromMs");
  if (speed === null && fromMs === null) return null;
  if (fromMs !== null && afterSeq > 0) {
    throw new SluiceError("invalid_request", "A replay begins after a number or at a time, not both.", {
      field: "fromMs",
    });
  }
  return {
    speed: speed === null ? 1 : speedOf(speed),
    afterSeq,
    fromOffsetUs: fromMs === null ? null : numberOf("fromMs", fromMs) * 1000,
  };
}

function speedOf(speed: string): ReplaySpeed {
  if (speed === "max") return speed;
  const value = Number(speed);
  if (speed.trim() !== "" && Number.isFinite(value)) return value;
  throw new SluiceError("invalid_request", 'The speed is a number from 0.25 to 16, or "max".', {
    field: "speed",
  });
}

/** @throws SluiceError `invalid_request` naming the field. */
export function numberOf(field: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new SluiceError("invalid_request", `The field ${field} is not a whole number.`, { field });
}
