import type { Environment } from "./secret.js";

/** What the environment tells a command that talks to a gateway. Empty values count as not set. */
export interface ClientEnvironment {
  /** `SLUICE_URL`: address of the gateway's gRPC port. */
  readonly url: string | null;
  /** `SLUICE_TOKEN`: the caller's token. It is never taken from the command line, where others could read it. */
  readonly token: string | null;
  /** `SLUICE_TOKEN_FILE`: file that holds the token. */
  readonly tokenFile: string | null;
  /** `SLUICE_CA`: PEM file of the authorities that may certify the gateway. */
  readonly ca: string | null;
}

export function clientEnvironment(env: Environment = process.env): ClientEnvironment {
  const value = (name: string): string | null => env[name]?.trim() || null;
  return {
    url: value("SLUICE_URL"),
    token: value("SLUICE_TOKEN"),
    tokenFile: value("SLUICE_TOKEN_FILE"),
    ca: value("SLUICE_CA"),
  };
}
