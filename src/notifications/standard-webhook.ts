import { createHmac } from "node:crypto";
import { SluiceError } from "../domain/errors.js";

const PREFIX = "whsec_";
const MIN_BYTES = 24;
const MAX_BYTES = 64;

/** What is signed: the id stays the same over repeats, the time is that of the attempt. */
export interface SignedMessage {
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestampS: number;
  readonly body: string;
}

/**
 * The headers by which a receiver knows the sender, after the Standard Webhooks specification: HMAC-SHA256
 * over `id.timestamp.body`. With several secrets there are as many signatures, so that a receiver may hold
 * either one while they are exchanged.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * @throws SluiceError `invalid_config` for a secret that is none; the message never holds it.
 */
export function signedHeaders(
  { id, timestampS, body }: SignedMessage,
  secrets: readonly string[],
): Readonly<Record<string, string>> {
  const signatures = secrets.map((secret) => {
    const mac = createHmac("sha256", signingKey(secret)).update(`${id}.${timestampS}.${body}`, "utf8");
    return `v1,${mac.digest("base64")}`;
  });
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestampS),
    "webhook-signature": signatures.join(" "),
  };
}

/** Key of a secret as it is handed out: `whsec_` and 24 to 64 bytes in base64. @throws SluiceError */
export function signingKey(secret: string): Uint8Array {
  const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : "";
  const key = Buffer.from(encoded, "base64");
  const isWhole =
    /^[A-Za-z0-9+/]+={0,2}$/.test(encoded) && key.toString("base64").startsWith(stripped(encoded));
  if (isWhole && key.length >= MIN_BYTES && key.length <= MAX_BYTES) return key;
  throw new SluiceError(
    "invalid_config",
    `A webhook secret is ${PREFIX} and ${MIN_BYTES} to ${MAX_BYTES} bytes in base64, for example of \`openssl rand -base64 32\`.`,
    { field: "notifications.webhooks.secrets" },
  );
}

function stripped(encoded: string): string {
  return encoded.replace(/=+$/, "");
}
