import { type Exchange, sendJson } from "./exchange.js";
import type { HttpRoom } from "./room.js";

/** The process answers. */
export function live(_room: HttpRoom, exchange: Exchange): void {
  sendJson(exchange, { status: "ok" });
}

/** New work is taken: not draining, and the session log can be written. */
export function ready({ deps }: HttpRoom, exchange: Exchange): void {
  const checks = {
    draining: deps.gateway.draining,
    recording: deps.log.state,
  };
  const isReady = !checks.draining && checks.recording === "ok";
  sendJson(exchange, { status: isReady ? "ok" : "unavailable", ...checks }, isReady ? 200 : 503);
}
