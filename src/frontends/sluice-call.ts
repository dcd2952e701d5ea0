import type { FrontEnd } from "../domain/entry.js";
import { SluiceError } from "../domain/errors.js";
import type { JsonObject } from "../domain/json.js";
import type { Principal } from "../domain/principal.js";
import type { CompletionCall } from "../pipeline/call.js";
import type { FrontEndDeps } from "./front-end.js";
import { traceparentOf } from "./traceparent.js";

/**
 * A `CompleteRequest` in its JSON form as a call of the gateway: what gRPC and `/v1/stream` share.
 * @throws SluiceError `invalid_request` or `too_large` naming the field.
 */
export function sluiceCallOf(
  { dialects }: Pick<FrontEndDeps, "dialects">,
  message: JsonObject,
  from: {
    readonly principal: Principal;
    readonly frontEnd: FrontEnd;
    readonly traceparent?: string | undefined;
    /** Where the protocol keeps sessions over a lost connection without being asked. */
    readonly alwaysResumable?: boolean;
  },
): CompletionCall {
  const dialect = dialects.get("sluice");
  if (dialect === undefined) throw new SluiceError("internal", "The gateway's own dialect is missing.");
  const { resumable, idempotencyKey } = message;
  return {
    principal: from.principal,
    frontEnd: from.frontEnd,
    dialect,
    request: dialect.parse(message, { headers: {}, passFields: [] }),
    resumable: from.alwaysResumable === true || resumable === true,
    idempotencyKey: typeof idempotencyKey === "string" && idempotencyKey !== "" ? idempotencyKey : null,
    traceparent: traceparentOf(from.traceparent),
  };
}
