import type { SessionId } from "../domain/session-id.js";
import { type ByteReader, MalformedBytes } from "./byte-reader.js";
import type { ByteWriter } from "./byte-writer.js";
import { CHAIN_HASH_BYTES, type ChainHash } from "./chain.js";
import { SESSION_BYTES, sessionBytes, sessionFromBytes } from "./keys.js";

/** What somebody, or the gateway itself, did. */
export const ACT_KINDS = [
  "started",
  "closed",
  "reopened",
  "replayed",
  "followed",
  "prompt_read",
  "exported",
  "deleted",
  "stopped",
  "reloaded",
  "damaged",
] as const;
export type ActKind = (typeof ACT_KINDS)[number];

/** An administrative act as the ledger keeps it: no names, no text. */
export interface ActRecord {
  readonly kind: ActKind;
  readonly session: string | null;
  /** Keyed hash (hex) of who did it; null: the gateway. */
  readonly by: string | null;
  /** A hash, a number or a word: `[A-Za-z0-9_.:-]`, at most 128. */
  readonly detail: string | null;
  /** Of a deleted session: its last sequence number, first and last link (hex). */
  readonly lastSeq: number | null;
  readonly firstLink: string | null;
  readonly lastLink: string | null;
}

export interface Checkpoint {
  readonly session: SessionId;
  readonly seq: number;
  readonly link: ChainHash;
}

export type LedgerRecord =
  | { readonly type: "opened"; readonly atMs: number; readonly session: SessionId; readonly link: ChainHash }
  | ({ readonly type: "ended"; readonly atMs: number } & Checkpoint)
  | { readonly type: "checkpoint"; readonly atMs: number; readonly sessions: readonly Checkpoint[] }
  | { readonly type: "act"; readonly atMs: number; readonly act: ActRecord };

const OPENED = 1;
const ENDED = 2;
const CHECKPOINT = 3;
const ACT = 4;

export function encodeLedgerRecord(out: ByteWriter, record: LedgerRecord): void {
  switch (record.type) {
    case "opened":
      out.byte(OPENED);
      out.varint(record.atMs);
      out.raw(sessionBytes(record.session));
      out.latin1(record.link);
      return;
    case "ended":
      out.byte(ENDED);
      out.varint(record.atMs);
      encodeCheckpoint(out, record);
      return;
    case "checkpoint":
      out.byte(CHECKPOINT);
      out.varint(record.atMs);
      out.varint(record.sessions.length);
      for (const checkpoint of record.sessions) encodeCheckpoint(out, checkpoint);
      return;
    case "act":
      out.byte(ACT);
      out.varint(record.atMs);
      out.text(JSON.stringify(record.act));
      return;
  }
}

function encodeCheckpoint(out: ByteWriter, { session, seq, link }: Checkpoint): void {
  out.raw(sessionBytes(session));
  out.varint(seq);
  out.latin1(link);
}

/** @throws MalformedBytes */
export function decodeLedgerRecord(reader: ByteReader): LedgerRecord {
  const kind = reader.byte();
  const atMs = reader.varint();
  switch (kind) {
    case OPENED:
      return { type: "opened", atMs, session: readSession(reader), link: reader.latin1(CHAIN_HASH_BYTES) };
    case ENDED:
      return { type: "ended", atMs, ...readCheckpoint(reader) };
    case CHECKPOINT: {
      const sessions: Checkpoint[] = [];
      const count = reader.varint();
      for (let index = 0; index < count; index++) sessions.push(readCheckpoint(reader));
      return { type: "checkpoint", atMs, sessions };
    }
    case ACT:
      return { type: "act", atMs, act: parseAct(reader.text()) };
    default:
      throw new MalformedBytes("is of an unknown kind");
  }
}

function readSession(reader: ByteReader): SessionId {
  const session = sessionFromBytes(reader.raw(SESSION_BYTES));
  if (session === null) throw new MalformedBytes("names no session");
  return session;
}

function readCheckpoint(reader: ByteReader): Checkpoint {
  return { session: readSession(reader), seq: reader.varint(), link: reader.latin1(CHAIN_HASH_BYTES) };
}

function parseAct(text: string): ActRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new MalformedBytes("holds no JSON");
  }
  if (typeof value !== "object" || value === null) throw new MalformedBytes("holds no act");
  const members = new Map<string, unknown>(Object.entries(value));
  const kind = ACT_KINDS.find((known) => known === members.get("kind"));
  if (kind === undefined) throw new MalformedBytes("holds an act of an unknown kind");
  const textOf = (name: string): string | null => {
    const member = members.get(name);
    return typeof member === "string" ? member : null;
  };
  const lastSeq = members.get("lastSeq");
  return {
    kind,
    session: textOf("session"),
    by: textOf("by"),
    detail: textOf("detail"),
    lastSeq: typeof lastSeq === "number" ? lastSeq : null,
    firstLink: textOf("firstLink"),
    lastLink: textOf("lastLink"),
  };
}
