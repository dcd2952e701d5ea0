import type { ClientDialect } from "../dialects/dialect.js";
import type { DialectName } from "../domain/entry.js";
import type { Clock } from "../domain/time.js";
import type { TokenVerifier } from "../identity/token-verifier.js";
import type { Gateway } from "../pipeline/call.js";
import type { ApprovalDesk } from "../policy/approvals/approval-desk.js";
import type { Pdp } from "../policy/pdp.js";
import type { SessionLog } from "../recording/session-log.js";
import type { Authority } from "./guarded-cursor.js";

/** Where front ends write what an operator should know; a part of pino's logger. */
export interface FrontEndLogger {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The rooms that every front end stands on. */
export interface FrontEndDeps {
  readonly gateway: Gateway;
  readonly verifier: Pick<TokenVerifier, "verify" | "verifyCached">;
  /** Readers of other people's sessions and of reviews end with their authority. */
  readonly authority: Authority;
  readonly log: SessionLog;
  readonly approvals: ApprovalDesk;
  readonly policies: Pick<Pdp, "explain">;
  /** What is in force, and whether a newer file was refused. */
  readonly reloads: { readonly refused: boolean; readonly version: string };
  readonly dialects: ReadonlyMap<DialectName, ClientDialect>;
  readonly clock: Clock;
  readonly logger: FrontEndLogger;
  /** A new id that a caller may quote and an operator may look for. */
  readonly newRequestId: () => string;
}

export interface ListenAddress {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** Certificate and key in PEM. With `clientCa` a client must show a certificate that it signed. */
export interface TlsMaterial {
  readonly key: string;
  readonly cert: string;
  readonly clientCa?: string;
}

export interface FrontEnd {
  /** Resolves to where it listens. @throws SluiceError `invalid_config` where the address cannot be had. */
  listen(address: ListenAddress): Promise<ListenAddress>;
  /** Null until it listens. */
  readonly address: ListenAddress | null;
  /** Takes no new connections and tells clients to go elsewhere; resolves when the last stream has ended. */
  drain(): Promise<void>;
  /** Ends what is left, at once. */
  close(): Promise<void>;
}
