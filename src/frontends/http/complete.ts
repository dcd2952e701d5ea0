import type { ClientDialect } from "../../dialects/dialect.js";
import type { CompletionRequest } from "../../dialects/request.js";
import { parseStrictJsonInSlices } from "../../dialects/strict-json.js";
import { SluiceError } from "../../domain/errors.js";
import { inTurns } from "../../domain/pace.js";
import { authenticate } from "../authenticate.js";
import { singleHeaders } from "../single-headers.js";
import { traceparentOf } from "../traceparent.js";
import { answerInBackground, runsAlone } from "./background.js";
import { readBody } from "./body.js";
import type { Exchange } from "./exchange.js";
import type { HttpRoom } from "./room.js";

/** A route that asks a model: who, what, and then the session as the dialect's stream or body. */
export async function complete(
  room: HttpRoom,
  exchange: Exchange,
  ask: { readonly dialect: ClientDialect; readonly operation: CompletionRequest["operation"] },
): Promise<void> {
  const { request, response } = exchange;
  const { principal } = await authenticate(request.headers, room.deps.verifier);
  const idempotencyKey = idempotencyKeyOf(exchange);
  // A repeat may be of a session that is open, and that is never refused.
  const isAdmitted = idempotencyKey === null;
  if (isAdmitted) await room.deps.gateway.admit();
  if (response.destroyed) return;
  const bytes = await readBody(request, room.limits.bodyBytes);
  const parsed = await parse(room, exchange, { bytes, ...ask });
  if (response.destroyed) return;
  const alone = runsAlone(parsed);
  const live = await room.deps.gateway.complete({
    principal,
    frontEnd: "http",
    dialect: ask.dialect,
    // What runs by itself is asked for piece by piece, so that it can be looked at while it does.
    request: alone ? { ...parsed, stream: true } : parsed,
    resumable: alone || isResumable(exchange),
    idempotencyKey,
    isAdmitted,
    traceparent: traceparentOf(request.headers["traceparent"]),
  });
  if (response.destroyed) {
    if (alone) room.detach(live, () => {});
    else live.cursor.close();
    return;
  }
  response.setHeader("x-sluice-session", live.id);
  if (alone && !parsed.stream) return answerInBackground(room, exchange, live);
  if (alone) room.detach(await room.deps.gateway.attach(live.id, principal, 0), () => {});
  if (parsed.stream) room.stream(exchange, { dialect: ask.dialect, live });
  else room.plain(exchange, { dialect: ask.dialect, live });
}

async function parse(
  room: HttpRoom,
  { request }: Exchange,
  ask: {
    readonly bytes: Buffer;
    readonly dialect: ClientDialect;
    readonly operation: CompletionRequest["operation"];
  },
): Promise<CompletionRequest> {
  const body = await parseStrictJsonInSlices(ask.bytes, { bytes: room.limits.bodyBytes });
  const { model } = body;
  const passFields = typeof model === "string" ? room.passFields(model) : [];
  const options = { headers: singleHeaders(request.headers), passFields, operation: ask.operation };
  return inTurns(ask.dialect.inSteps.parse(body, options));
}

/** A provider's client has no word for it, so it is a header: the session outlives its connection. */
function isResumable({ request }: Exchange): boolean {
  const value = request.headers["x-sluice-resumable"];
  if (value === undefined) return false;
  if (value === "true" || value === "1") return true;
  if (value === "false" || value === "0") return false;
  throw new SluiceError("invalid_request", "The header x-sluice-resumable is true or false.", {
    field: "x-sluice-resumable",
  });
}

function idempotencyKeyOf({ request }: Exchange): string | null {
  const key = request.headers["idempotency-key"];
  if (key === undefined) return null;
  if (typeof key === "string" && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new SluiceError("invalid_request", "The Idempotency-Key is 1 to 255 printable characters.", {
    field: "idempotency-key",
  });
}
