import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { issuersOf } from "../../config/issuers.js";
import type { Config } from "../../config/load.js";
import type { IssuerConfig } from "../../domain/issuer.js";
import { systemClock } from "../../domain/time.js";
import { broken, type Finding, fine, odd } from "./finding.js";

const SECOND = 1000;

/** This machine's clock against the first issuer that tells the time: expiry of tokens depends on it. */
export async function clock(config: Config, timeoutMs: number): Promise<Finding> {
  for (const issuer of issuersOf(config)) {
    const theirs = await dateOf(issuer, timeoutMs);
    if (theirs === null) continue;
    // The header holds whole seconds.
    const apart = Math.abs(systemClock.nowMs() - theirs - SECOND / 2);
    const seen = `${(apart / SECOND).toFixed(1)} s from that of ${issuer.issuer}`;
    if (apart <= 2 * SECOND) return fine("clock", seen);
    const fix = "synchronise the clock (NTP), or give the issuer a clockTolerance";
    return apart > 30 * SECOND ? broken("clock", seen, fix) : odd("clock", seen, fix);
  }
  return odd("clock", "no issuer told the time", "see the issuers");
}

function dateOf({ issuer, ca }: IssuerConfig, timeoutMs: number): Promise<number | null> {
  const open = issuer.startsWith("https:") ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const options = {
      method: "HEAD",
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
      ...(ca !== null && { ca }),
    };
    const asking = open(issuer, options, (response) => {
      response.resume();
      const at = Date.parse(response.headers.date ?? "");
      resolve(Number.isNaN(at) ? null : at);
    });
    asking.on("error", () => resolve(null));
    asking.end();
  });
}
