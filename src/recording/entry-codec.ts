import type { ChunkBody, Entry, EntryBody } from "../domain/entry.js";
import { type Finding, NO_FINDINGS } from "../domain/finding.js";
import { type ByteReader, MalformedBytes } from "./byte-reader.js";
import type { ByteWriter } from "./byte-writer.js";
import { isEntryShape } from "./entry-shape.js";

/**
 * A record: `varint(kind * 8 + flags)`, `varint offsetUs`, then the body. The body of a chunk is binary,
 * since chunks are what a log is made of; every other body is JSON in UTF-8, to the end of the record.
 * The numbers are part of the format: they are never used again for something else.
 */
export const KIND_OF = {
  chunk: 1,
  opened: 2,
  decided: 3,
  review_requested: 4,
  review_decided: 5,
  upstream_opened: 6,
  template: 7,
  output: 8,
  segment: 9,
  ended: 10,
} as const satisfies Record<EntryBody["type"], number>;

const TYPE_OF: ReadonlyMap<number, EntryBody["type"]> = new Map([
  [KIND_OF.chunk, "chunk"],
  [KIND_OF.opened, "opened"],
  [KIND_OF.decided, "decided"],
  [KIND_OF.review_requested, "review_requested"],
  [KIND_OF.review_decided, "review_decided"],
  [KIND_OF.upstream_opened, "upstream_opened"],
  [KIND_OF.template, "template"],
  [KIND_OF.output, "output"],
  [KIND_OF.segment, "segment"],
  [KIND_OF.ended, "ended"],
]);

const HAS_LOGPROBS = 1;
const HAS_FINDINGS = 2;
const ACTIONS: readonly Finding["action"][] = ["mask", "observe", "cut"];

export function encodeEntry(out: ByteWriter, body: EntryBody, offsetUs: number): void {
  if (body.type === "chunk") {
    encodeChunk(out, body, offsetUs);
    return;
  }
  const { type, ...rest } = body;
  out.varint(KIND_OF[type] * 8);
  out.varint(offsetUs);
  const json = JSON.stringify(rest);
  const size = Buffer.byteLength(json);
  out.reserve(size);
  out.bytes.write(json, out.position, size, "utf8");
  out.position += size;
}

function encodeChunk(out: ByteWriter, body: ChunkBody, offsetUs: number): void {
  const { logprobs, findings } = body;
  const flags = (logprobs === null ? 0 : HAS_LOGPROBS) | (findings.length === 0 ? 0 : HAS_FINDINGS);
  out.byte(KIND_OF.chunk * 8 + flags);
  out.varint(offsetUs);
  out.varint(body.channel);
  out.varint(body.template + 1);
  out.text(body.text);
  if (logprobs !== null) out.text(logprobs);
  if (findings.length > 0) encodeFindings(out, findings);
}

function encodeFindings(out: ByteWriter, findings: readonly Finding[]): void {
  out.varint(findings.length);
  for (const finding of findings) {
    out.text(finding.entity);
    out.text(finding.detector);
    out.varint(finding.start);
    out.varint(finding.end);
    out.byte(ACTIONS.indexOf(finding.action));
  }
}

/** @throws MalformedBytes */
export function decodeEntry(reader: ByteReader, seq: number): Entry {
  const { kind, flags, offsetUs } = readHead(reader);
  if (kind === "chunk") return decodeChunk(reader, { seq, offsetUs, flags });
  const json = reader.bytes.toString("utf8", reader.position, reader.end);
  const body = { type: kind, ...parseJson(json), seq, offsetUs };
  if (!isEntryShape(body)) throw new MalformedBytes(`is not a whole "${kind}" entry`);
  return body;
}

function decodeChunk(reader: ByteReader, head: { seq: number; offsetUs: number; flags: number }): Entry {
  const channel = reader.varint();
  const template = reader.varint() - 1;
  const text = reader.text();
  const logprobs = (head.flags & HAS_LOGPROBS) === 0 ? null : reader.text();
  const findings = (head.flags & HAS_FINDINGS) === 0 ? NO_FINDINGS : decodeFindings(reader);
  const { seq, offsetUs } = head;
  return { type: "chunk", channel, text, template, logprobs, findings, seq, offsetUs };
}

function decodeFindings(reader: ByteReader): readonly Finding[] {
  const findings: Finding[] = [];
  const count = reader.varint();
  for (let index = 0; index < count; index++) {
    const entity = reader.text();
    const detector = reader.text();
    const start = reader.varint();
    const end = reader.varint();
    const action = ACTIONS[reader.byte()];
    if (action === undefined) throw new MalformedBytes("has a finding with an unknown action");
    findings.push({ entity, detector, start, end, action });
  }
  return findings;
}

export interface RecordHead {
  readonly kind: EntryBody["type"];
  readonly flags: number;
  readonly offsetUs: number;
}

/** What a record is, without decoding its body. @throws MalformedBytes */
export function readHead(reader: ByteReader): RecordHead {
  const first = reader.varint();
  const kind = TYPE_OF.get(first >>> 3);
  if (kind === undefined) throw new MalformedBytes("is of an unknown kind");
  return { kind, flags: first & 7, offsetUs: reader.varint() };
}

function parseJson(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // The report below says all that can be said; the text itself belongs in no message.
  }
  throw new MalformedBytes("holds no JSON object");
}
