/**
 * A reader of session logs written from docs/session-log.md alone: it shares nothing with the gateway, so that
 * what the document leaves out shows. Only LevelDB and SHA-256 are taken from elsewhere.
 */
import { createHash } from "node:crypto";
import { Level } from "level";

export interface ReadRecord {
  readonly seq: number;
  readonly offsetUs: number;
  readonly kind: number;
  /** Hex. */
  readonly link: string;
  /** The chunk's members, or the JSON of any other kind. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ReadStore {
  readonly version: number;
  readonly store: string;
  /** By session id in its usual form. */
  readonly sessions: ReadonlyMap<string, readonly ReadRecord[]>;
  readonly ledger: readonly Readonly<Record<string, unknown>>[];
  readonly summaries: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  readonly unfinished: readonly string[];
  readonly indexFields: ReadonlySet<string>;
}

class Bytes {
  at = 0;
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  take(count: number): Buffer {
    if (this.at + count > this.bytes.length) throw new Error("the bytes end early");
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  byte(): number {
    return this.take(1).readUInt8();
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const next = this.byte();
      value += (next % 128) * 2 ** shift;
      if (next < 128) return value;
    }
  }

  text(): string {
    const header = this.varint();
    const encoding = (["latin1", "utf8", "utf16le"] as const)[header % 4];
    if (encoding === undefined) throw new Error("an encoding that the document does not have");
    return this.take(Math.floor(header / 4)).toString(encoding);
  }

  get isOver(): boolean {
    return this.at === this.bytes.length;
  }
}

function idOf(bytes: Buffer): string {
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The records of one chain, whose pages come in the order of their keys; throws where a link does not fit. */
class Chain {
  readonly records: { readonly bytes: Buffer; readonly link: Buffer }[] = [];
  #link = Buffer.alloc(32);

  addPage(firstNumber: number, page: Buffer): void {
    if (firstNumber !== this.records.length + 1) throw new Error(`record ${firstNumber} follows a gap`);
    const bytes = new Bytes(page);
    if (bytes.byte() !== 1) throw new Error("an unknown layout");
    for (let count = bytes.varint(); count > 0; count--) {
      const record = bytes.take(bytes.varint());
      this.#link = createHash("sha256").update(record).update(this.#link).digest();
      if (!bytes.take(4).equals(this.#link.subarray(0, 4))) throw new Error("a link does not fit");
      this.records.push({ bytes: record, link: this.#link });
    }
    if (!bytes.take(32).equals(this.#link) || !bytes.isOver)
      throw new Error("a page does not end as it should");
  }
}

const CHUNK = 1;

function recordOf(bytes: Buffer, link: Buffer, seq: number): ReadRecord {
  const reader = new Bytes(bytes);
  const first = reader.varint();
  const kind = Math.floor(first / 8);
  const offsetUs = reader.varint();
  const body =
    kind === CHUNK
      ? chunkOf(reader, first % 8)
      : (JSON.parse(reader.take(bytes.length - reader.at).toString("utf8")) as ReadRecord["body"]);
  return { seq, offsetUs, kind, link: link.toString("hex"), body };
}

function chunkOf(reader: Bytes, flags: number): ReadRecord["body"] {
  const channel = reader.varint();
  const template = reader.varint() - 1;
  const text = reader.text();
  const logprobs = flags % 2 === 1 ? reader.text() : null;
  const findings: object[] = [];
  const count = Math.floor(flags / 2) % 2 === 1 ? reader.varint() : 0;
  for (let index = 0; index < count; index++) {
    const [entity, detector] = [reader.text(), reader.text()];
    const [start, end] = [reader.varint(), reader.varint()];
    findings.push({ entity, detector, start, end, action: ["mask", "observe", "cut"][reader.byte()] });
  }
  if (!reader.isOver) throw new Error("a chunk has bytes after its end");
  return { channel, template, text, logprobs, findings };
}

function ledgerRecordOf(bytes: Buffer): Readonly<Record<string, unknown>> {
  const reader = new Bytes(bytes);
  const kind = reader.byte();
  const atMs = reader.varint();
  const link = (): string => reader.take(32).toString("hex");
  const stand = () => ({ session: idOf(reader.take(16)), seq: reader.varint(), link: link() });
  switch (kind) {
    case 1:
      return { type: "opened", atMs, session: idOf(reader.take(16)), link: link() };
    case 2:
      return { type: "ended", atMs, ...stand() };
    case 3:
      return { type: "checkpoint", atMs, sessions: Array.from({ length: reader.varint() }, stand) };
    case 4:
      return { type: "act", atMs, act: JSON.parse(reader.text()) };
    default:
      throw new Error(`a ledger record of kind ${kind}`);
  }
}

export async function readByDocument(path: string): Promise<ReadStore> {
  const database = new Level<Buffer, Buffer>(path, { keyEncoding: "buffer", valueEncoding: "buffer" });
  const logs = new Map<string, Chain>();
  const ledger = new Chain();
  const summaries = new Map<string, Readonly<Record<string, unknown>>>();
  const unfinished: string[] = [];
  const indexFields = new Set<string>();
  let format = { version: 0, store: "" };
  for await (const [key, value] of database.iterator()) {
    const id = idOf(key.subarray(1, 17));
    switch (String.fromCharCode(key[0] ?? 0)) {
      case "f":
        format = JSON.parse(value.toString());
        break;
      case "s": {
        const log = logs.get(id) ?? new Chain();
        logs.set(id, log);
        log.addPage(key.readUInt32BE(17), value);
        break;
      }
      case "l":
        ledger.addPage(key.readUIntBE(1, 6), value);
        break;
      case "t":
        summaries.set(id, JSON.parse(value.toString()));
        break;
      case "u":
        unfinished.push(id);
        break;
      case "i":
        if (key.length !== 1 + 1 + 8 + 16 || value.length > 0)
          throw new Error("an index key of another form");
        indexFields.add(String.fromCharCode(key[1] ?? 0));
        break;
      default:
        throw new Error(`a key that the document does not have: ${key.toString("hex")}`);
    }
  }
  await database.close();
  const sessions = new Map(
    [...logs].map(([id, { records }]) => [
      id,
      records.map(({ bytes, link }, index) => recordOf(bytes, link, index + 1)),
    ]),
  );
  return {
    ...format,
    sessions,
    ledger: ledger.records.map(({ bytes }) => ledgerRecordOf(bytes)),
    summaries,
    unfinished,
    indexFields,
  };
}
