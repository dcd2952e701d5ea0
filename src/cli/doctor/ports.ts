import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { createServer } from "node:net";
import { type Address, formatAddress } from "../../config/address.js";
import type { Config } from "../../config/load.js";
import { broken, type Finding, fine, odd } from "./finding.js";

export interface Ports {
  readonly findings: readonly Finding[];
  /** A gateway answers at the HTTP address. */
  readonly isRunning: boolean;
}

/** Whether the gateway could listen, or is the one that listens already. */
export async function ports(config: Config, timeoutMs: number): Promise<Ports> {
  const [http, grpc] = await Promise.all([isFree(config.http), isFree(config.grpc)]);
  const state = http === "in use" ? await readiness(config, timeoutMs) : null;
  const isRunning = state !== null;
  const finding = (which: "http" | "grpc", found: Free): Finding => {
    const at = formatAddress(config[which]);
    if (found === "free") return fine(`${which} port`, `${at} is free`);
    if (found === "in use" && isRunning) return fine(`${which} port`, `${at} is the running gateway's`);
    if (found === "in use")
      return broken(`${which} port`, `${at} is in use by another program`, `end it, or set listen.${which}`);
    return broken(
      `${which} port`,
      `${at} cannot be had: ${found}`,
      `set listen.${which} to an address of this machine`,
    );
  };
  const running =
    state === null || state === "ok"
      ? []
      : [odd("gateway", `it runs, but takes no new work: ${state}`, "its log says why")];
  return { isRunning, findings: [finding("http", http), finding("grpc", grpc), ...running] };
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
function readiness(config: Config, timeoutMs: number): Promise<string | null> {
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
      response.on("end", () => resolve(statusOf(Buffer.concat(parts).toString("utf8"))));
    });
    asking.on("error", () => resolve(null));
    asking.end();
  });
}

function statusOf(body: string): string | null {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== "object" || value === null || !("status" in value)) return null;
    if (value.status === "ok") return "ok";
    return "recording" in value && value.recording !== "ok"
      ? `recording ${String(value.recording)}`
      : "draining";
  } catch {
    return null;
  }
}
