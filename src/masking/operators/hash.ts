import { createHmac } from "node:crypto";
import { plainReading } from "../../patterns/unescaper.js";
import type { Operator } from "./operator.js";

const HEX_DIGITS = 16;

/** `<EMAIL_ADDRESS_9f86d081884c7d65>`: 64 bits of an HMAC-SHA-256 over label and plain text. */
export const hash: Operator = (label, text, scope) => {
  const digest = createHmac("sha256", scope.hashKey)
    .update(`${label}\0${plainReading(text, 1)}`)
    .digest("hex");
  return `<${label}_${digest.slice(0, HEX_DIGITS)}>`;
};
