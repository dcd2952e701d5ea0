import { sluiceCallOptions } from "../dialects/sluice/index.js";
import type { FrontEnd } from "../domain/entry.js";
import type { JsonObject } from "../domain/json.js";
import { inTurns } from "../domain/pace.js";
import type { Principal } from "../domain/principal.js";
import type { CompletionCall } from "../pipeline/call.js";
import { ownDialect } from "./own-dialect.js";
import { traceparentOf } from "./traceparent.js";

/**
 * A `CompleteRequest` in its JSON form as a call of the gateway: what gRPC and `/v1/stream` share.
 * @throws SluiceError `invalid_request` or `too_large` naming the field.
 */
export async function sluiceCallOf(
  message: JsonObject,
  from: {
    readonly principal: Principal;
    readonly frontEnd: FrontEnd;
    readonly traceparent?: string | undefined;
    /** Where the protocol keeps sessions over a lost connection without being asked. */
    readonly alwaysResumable?: boolean;
  },
): Promise<CompletionCall> {
  const request = await inTurns(ownDialect.inSteps.parse(message, { headers: {}, passFields: [] }));
  const { resumable, idempotencyKey } = sluiceCallOptions(request);
  return {
    principal: from.principal,
    frontEnd: from.frontEnd,
    dialect: ownDialect,
    request,
    resumable: from.alwaysResumable === true || resumable,
    idempotencyKey,
    traceparent: traceparentOf(from.traceparent),
  };
}
