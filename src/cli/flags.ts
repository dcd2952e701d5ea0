import type { Command } from "commander";
import { parseLength } from "./time-argument.js";

/** Flags of every command that prints. */
export interface OutputFlags {
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Flags of every command that talks to a running gateway. */
export interface GatewayFlags extends OutputFlags {
  readonly url?: string;
  readonly tokenFile?: string;
  readonly ca?: string;
  /** Act as a user of the running demo; address and token come from it. */
  readonly as?: string;
  /** `--no-input` makes it false. */
  readonly input: boolean;
  /** Milliseconds. */
  readonly timeout?: number;
}

export function withOutputFlags(command: Command): Command {
  return command
    .option("--json", "print JSON: one object, or one per line for a stream", false)
    .option("--quiet", "print no words on standard error", false);
}

export function withGatewayFlags(command: Command): Command {
  return withOutputFlags(command)
    .option("--url <address>", "gRPC address of the gateway (default: SLUICE_URL or 127.0.0.1:50051)")
    .option("--token-file <file>", "file that holds the token, - for standard input (or set SLUICE_TOKEN)")
    .option("--ca <file>", "PEM file of the authorities that may certify the gateway")
    .option("--as <user>", "act as a user of the running demo")
    .option("--no-input", "never ask; fail where something is missing")
    .option("--timeout <time>", "give up after this long, for example 30s", parseLength);
}
