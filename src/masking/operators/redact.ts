import type { Operator } from "./operator.js";

/** `[REDACTED]`: says nothing, not even what it was. */
export const redact: Operator = () => "[REDACTED]";
