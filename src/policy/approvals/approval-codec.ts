import { SluiceError } from "../../domain/errors.js";
import type { Approval } from "./approval.js";

const FORMAT = 1;

/** An approval as the store keeps it. */
export function encodeApproval(approval: Approval): Uint8Array {
  return Buffer.from(JSON.stringify({ format: FORMAT, approval }));
}

/**
 * Reads what `encodeApproval` wrote. The store has authenticated the bytes, so this guards against
 * another format, not against an attacker.
 * @throws SluiceError `storage_failed`
 */
export function decodeApproval(bytes: Uint8Array): Approval {
  const parsed: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
  if (isStored(parsed)) return parsed.approval;
  throw new SluiceError("storage_failed", "A stored approval has a format that this version does not read.");
}

function isStored(value: unknown): value is { readonly approval: Approval } {
  if (typeof value !== "object" || value === null || !("format" in value) || !("approval" in value))
    return false;
  const { format, approval } = value;
  return (
    format === FORMAT &&
    typeof approval === "object" &&
    approval !== null &&
    "id" in approval &&
    "review" in approval
  );
}
