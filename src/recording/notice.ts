import type { SessionId } from "../domain/session-id.js";

/** Something that the operator must hear of. Holds no text of a session and no name. */
export interface LogNotice {
  readonly kind:
    | "damage"
    | "interrupted"
    | "failed"
    | "recovered"
    | "reopen_failed"
    | "disk_low"
    | "disk_ok"
    | "anchor_failed"
    | "retention_failed";
  readonly message: string;
  readonly session?: SessionId;
}
