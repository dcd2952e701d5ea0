import type { GatewayFlags } from "./flags.js";

/** What the command line said. */
export interface AskFlags extends GatewayFlags {
  readonly model?: string;
  readonly system?: string;
  readonly maxTokens?: number;
  readonly wait: boolean;
  readonly raw: boolean;
}
