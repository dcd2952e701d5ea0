declare const sessionIdBrand: unique symbol;

/** Id of a session: UUIDv7 in lower case, so that ids sort by time of opening. */
export type SessionId = string & { readonly [sessionIdBrand]: true };

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export function parseSessionId(text: string): SessionId | null {
  return UUID_V7.test(text) ? (text as SessionId) : null;
}

/** @param random 10 random bytes. @see RFC 9562 section 5.7 */
export function makeSessionId(nowMs: number, random: Uint8Array): SessionId {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes.set(random.subarray(0, 10), 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  const text = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  return text as SessionId;
}
