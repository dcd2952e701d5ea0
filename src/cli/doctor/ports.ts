import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { createServer } from "node:net";
import { type Address, formatAddress } from "../../config/address.js";
import type { Config } from "../../config/load.js";
import { isJsonObject } from "../../domain/json.js";
import { broken, type Finding, fine, odd } from "./finding.js";

export interface Ports {
  readonly findings: readonly Finding[];
  /** What the gateway says that answers at the HTTP address; null: none does. */
  readonly running: Readiness | null;
}

interface Readiness {
  /** `ok`, or why it takes no new work. */
  readonly state: string;
  /** It refused a newer configuration or newer policies. */
  readonly refusedReload: boolean;
  /** Of the policies in force; null: it does not say. */
  readonly policyVersion: string | null;
}

/** Whether the gateway could listen, or is the one that listens already. */
export async function ports(config: Config, timeoutMs: number): Promise<Ports> {
  const named = {
    http: config.http,
    grpc: config.grpc,
    ...(config.metrics === null ? {} : { metrics: config.metrics }),
  };
  const entries = Object.entries(named);
  const free = await Promise.all(entries.map(([, address]) => isFree(address)));
  const running = free[0] === "in use" ? await readiness(config, timeoutMs) : null;
  const finding = (which: string, address: Address, found: Free): Finding => {
    const at = formatAddress(address);
    if (found === "free") return fine(`${which} port`, `${at} is free`);
    if (found === "in use" && running !== null)
      return fine(`${which} port`, `${at} is the running gateway's`);
    if (found === "in use")
      return broken(`${which} port`, `${at} is in use by another program`, `end it, or set listen.${which}`);
    return broken(
      `${which} port`,
      `${at} cannot be had: ${found}`,
      `set listen.${which} to an address of this machine`,
    );
  };
  const busy =
    running === null || running.state === "ok"
      ? []
      : [odd("gateway", `it runs, but takes no new work: ${running.state}`, "its log says why")];
  const findings = entries.map(([which, address], index) => finding(which, address, free[index] ?? "free"));
  return { running, findings: [...findings, ...busy] };
}

/** Whether the gateway that runs decides by the policies that the file holds. */
export function inForce({ running }: Ports, version: string | null): readonly Finding[] {
  const check = "policies in force";
  if (running === null) return [];
  const { refusedReload, policyVersion } = running;
  const serving = policyVersion === null ? "older ones" : policyVersion.slice(0, 15);
  if (refusedReload) {
    return [
      broken(
        check,
        `the running gateway refused its last reload and decides by ${serving}`,
        "its log names the file and the line; correct it, and it is read again at once",
      ),
    ];
  }
  if (policyVersion === null || version === null) return [];
  if (policyVersion === version) return [fine(check, `${serving}, as in the file`)];
  return [
    odd(
      check,
      `the running gateway decides by ${serving}, the file holds ${version.slice(0, 15)}`,
      "wait a second, or send it SIGHUP",
    ),
  ];
}

type Free = "free" | "in use" | (string & {});

function isFree({ host, port }: Address): Promise<Free> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) =>
      resolve(error.code === "EADDRINUSE" ? "in use" : (error.code ?? "it failed")),
    );
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve("free")));
  });
}

/** Null: no gateway answers there. */
function readiness(config: Config, timeoutMs: number): Promise<Readiness | null> {
  const isPlain = config.written.tls.http === undefined;
  const open = isPlain ? httpRequest : httpsRequest;
  const { host, port } = config.http;
  return new Promise((resolve) => {
    // Its certificate is for its public name; nothing is sent to it, and little is believed.
    const options = {
      host,
      port,
      path: "/readyz",
      rejectUnauthorized: false,
      signal: AbortSignal.timeout(timeoutMs),
    };
    const asking = open(options, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => {
        if (parts.length < 8) parts.push(part);
      });
      response.on("error", () => resolve(null));
      response.on("end", () => resolve(readinessOf(Buffer.concat(parts).toString("utf8"))));
    });
    asking.on("error", () => resolve(null));
    asking.end();
  });
}

function readinessOf(body: string): Readiness | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  if (!isJsonObject(value) || typeof value["status"] !== "string") return null;
  const { status, recording = "ok", policies } = value;
  const told = isJsonObject(policies) ? policies : {};
  const why = recording === "ok" ? "draining" : `recording ${String(recording)}`;
  return {
    state: status === "ok" ? "ok" : why,
    refusedReload: told["reload"] === "refused",
    policyVersion: typeof told["version"] === "string" ? told["version"] : null,
  };
}
