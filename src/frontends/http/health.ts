import { type Exchange, sendJson } from "./exchange.js";
import type { HttpRoom } from "./room.js";

/** The process answers. */
export function live(_room: HttpRoom, exchange: Exchange): void {
  sendJson(exchange, { status: "ok" });
}

/**
 * New work is taken: not draining, and the session log can be written. A refused reload is told, and no
 * reason to send callers elsewhere: the policies from before are in force.
 */
export function ready({ deps }: HttpRoom, exchange: Exchange): void {
  const checks = {
    draining: deps.gateway.draining,
    recording: deps.log.state,
  };
  const isReady = !checks.draining && checks.recording === "ok";
  const { refused, version } = deps.reloads;
  const policies = { reload: refused ? "refused" : "ok", version };
  sendJson(exchange, { status: isReady ? "ok" : "unavailable", ...checks, policies }, isReady ? 200 : 503);
}
