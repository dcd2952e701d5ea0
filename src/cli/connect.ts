import { readFileSync } from "node:fs";
import { clientEnvironment } from "../config/environment.js";
import { SluiceError } from "../domain/errors.js";
import { badFlag } from "./bad-flag.js";
import { GatewayClient } from "./client.js";
import type { GatewayFlags } from "./flags.js";
import type { Io } from "./io.js";
import { DEFAULT_URL, parseTarget } from "./target.js";

/** Opens a client as flags and environment say, hands it to `use`, and closes it. */
export async function withClient<T>(
  flags: GatewayFlags,
  io: Io,
  use: (client: GatewayClient) => Promise<T>,
): Promise<T> {
  const env = clientEnvironment();
  const demo = flags.as === undefined ? null : await demoAccess(flags.as);
  const caFile = flags.ca ?? env.ca;
  const client = new GatewayClient({
    target: parseTarget(flags.url ?? demo?.url ?? env.url ?? DEFAULT_URL),
    token: demo?.token ?? (await tokenOf(flags, io)),
    ca: caFile === null ? null : readText("--ca", caFile),
    timeoutMs: flags.timeout ?? null,
    signal: io.signal,
  });
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

async function demoAccess(user: string): Promise<{ readonly url: string | null; readonly token: string }> {
  const [{ readDemoState }, { parseIssuerState, tokenFromState }] = await Promise.all([
    import("../config/demo-state.js"),
    import("../identity/embedded-issuer.js"),
  ]);
  const state = readDemoState();
  const grpc = typeof state === "object" && state !== null && "grpc" in state ? state.grpc : null;
  return {
    url: typeof grpc === "string" ? grpc : null,
    token: await tokenFromState(parseIssuerState(state), user),
  };
}

async function tokenOf(flags: GatewayFlags, io: Io): Promise<string> {
  const env = clientEnvironment();
  if (flags.tokenFile === "-") return checkedToken(await readAll(io), "--token-file");
  if (flags.tokenFile !== undefined)
    return checkedToken(readText("--token-file", flags.tokenFile), "--token-file");
  if (env.token !== null) return checkedToken(env.token, "SLUICE_TOKEN");
  if (env.tokenFile !== null)
    return checkedToken(readText("SLUICE_TOKEN_FILE", env.tokenFile), "SLUICE_TOKEN_FILE");
  throw new SluiceError("unauthenticated", "There is no token to call the gateway with.");
}

/** Never quotes what it refuses: it may be a secret all the same. */
function checkedToken(written: string, source: string): string {
  const token = written.trim().replace(/^bearer\s+/i, "");
  if (/^[\x21-\x7e]{1,32768}$/.test(token)) return token;
  throw badFlag(source, "holds no token; a token is one line without spaces.");
}

function readText(source: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw badFlag(source, `${path} cannot be read.`);
  }
}

const MAX_STDIN_BYTES = 64 * 1024;

async function readAll(io: Io): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of io.stdin) {
    const piece = Buffer.from(part);
    bytes += piece.length;
    if (bytes > MAX_STDIN_BYTES) throw badFlag("--token-file", "standard input holds too much for a token.");
    parts.push(piece);
  }
  return Buffer.concat(parts).toString("utf8");
}
