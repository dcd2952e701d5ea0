import { createHmac } from "node:crypto";
import { parseSessionId, type SessionId } from "../domain/session-id.js";
import type { KeyRange } from "./stores/store.js";

/**
 * The keys of the store, one letter and then binary. No key holds a name: index keys hold a keyed hash.
 * docs/session-log.md lists them.
 */
export const AREA = {
  /** `f`: format version and identity of the store. */
  format: 0x66,
  /** `s` + session (16 bytes) + first sequence number (u32): one page of a session. */
  page: 0x73,
  /** `l` + first ledger number (u48): one page of the ledger. */
  ledger: 0x6c,
  /** `t` + session: the summary of a session; in the order of time. */
  summary: 0x74,
  /** `i` + field (1 byte) + keyed hash of the value (8 bytes) + session: an index. */
  index: 0x69,
  /** `u` + session: a session without an end. */
  unfinished: 0x75,
  /** `x` + session: a session whose removal has begun. */
  removing: 0x78,
} as const;

export const SESSION_BYTES = 16;
const PAGE_KEY_BYTES = 1 + SESSION_BYTES + 4;

export type IndexField = "principal" | "team" | "connection" | "decision" | "entity" | "end";
const FIELD_CODES: Readonly<Record<IndexField, number>> = {
  principal: 0x70,
  team: 0x74,
  connection: 0x63,
  decision: 0x64,
  entity: 0x65,
  end: 0x6f,
};
const INDEX_HASH_BYTES = 8;

export const FORMAT_KEY = Buffer.from([AREA.format]);

/** The 16 bytes of a session id. */
export function sessionBytes(session: SessionId): Buffer {
  return Buffer.from(session.replaceAll("-", ""), "hex");
}

/** Null where the bytes are no UUIDv7. */
export function sessionFromBytes(bytes: Buffer): SessionId | null {
  const hex = bytes.toString("hex");
  return parseSessionId(
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`,
  );
}

export function pageKey(session: Buffer, firstSeq: number): Buffer {
  const key = Buffer.allocUnsafe(PAGE_KEY_BYTES);
  key[0] = AREA.page;
  session.copy(key, 1);
  key.writeUInt32BE(firstSeq, 1 + SESSION_BYTES);
  return key;
}

/** The pages of a session that begin at `fromSeq` or later, and before `toSeq`. */
export function pageRange(session: Buffer, fromSeq = 0, toSeq = 0xffffffff): KeyRange {
  return { from: pageKey(session, fromSeq), to: pageKey(session, toSeq) };
}

export function seqOfPageKey(key: Buffer): number {
  return key.readUInt32BE(1 + SESSION_BYTES);
}

export function sessionOfKey(key: Buffer, at = 1): Buffer {
  return key.subarray(at, at + SESSION_BYTES);
}

export function ledgerKey(firstSeq: number): Buffer {
  const key = Buffer.allocUnsafe(7);
  key[0] = AREA.ledger;
  key.writeUIntBE(firstSeq, 1, 6);
  return key;
}

export function seqOfLedgerKey(key: Buffer): number {
  return key.readUIntBE(1, 6);
}

export function sessionKey(area: "summary" | "unfinished" | "removing", session: Buffer): Buffer {
  return Buffer.concat([Buffer.of(AREA[area]), session]);
}

/** Every key of an area. */
export function areaRange(area: keyof typeof AREA): KeyRange {
  return { from: Buffer.of(AREA[area]), to: Buffer.of(AREA[area] + 1) };
}

/** What all index keys of one value begin with. `key` is secret and lies outside the store. */
export function indexPrefix(key: Buffer, field: IndexField, value: string): Buffer {
  const digest = createHmac("sha256", key).update(`${field}\0${value}`).digest();
  return Buffer.concat([Buffer.of(AREA.index, FIELD_CODES[field]), digest.subarray(0, INDEX_HASH_BYTES)]);
}

/** One string for a principal, without two principals sharing one. */
export function principalValue(principal: { readonly issuer: string; readonly subject: string }): string {
  return JSON.stringify([principal.issuer, principal.subject]);
}
