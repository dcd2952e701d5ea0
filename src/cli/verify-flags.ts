import type { GatewayFlags } from "./flags.js";

/** What the command line said. */
export interface VerifyFlags extends GatewayFlags {
  readonly dir?: string;
  readonly config?: string;
  readonly export?: string;
  readonly anchor?: string;
  readonly publicKey: readonly string[];
}
