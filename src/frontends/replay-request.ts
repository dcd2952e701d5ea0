import { SluiceError } from "../domain/errors.js";
import type { JsonObject, JsonValue } from "../domain/json.js";
import type { ReplayFrom } from "./session-reading.js";

/** What the message `ReplayRequest` asks for. The speed's range is the replay clock's to check.
 *  @throws SluiceError `invalid_request` naming the field. */
export function replayFromOf(request: JsonObject): ReplayFrom {
  const afterSeq = nonNegative("afterSeq", request["afterSeq"]);
  const fromMs = nonNegative("fromOffsetMs", request["fromOffsetMs"]);
  const speed = nonNegative("speed", request["speed"]);
  return {
    speed: request["maxSpeed"] === true ? "max" : speed === 0 ? 1 : speed,
    afterSeq,
    fromOffsetUs: afterSeq === 0 && fromMs > 0 ? Math.round(fromMs * 1000) : null,
  };
}

function nonNegative(field: string, value: JsonValue | undefined): number {
  if (value === undefined || value === null) return 0;
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw new SluiceError("invalid_request", `The field ${field} is not a number from 0 on.`, { field });
}
