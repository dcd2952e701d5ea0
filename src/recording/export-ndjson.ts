import type { Entry } from "../domain/entry.js";
import { parseSessionId, type SessionId } from "../domain/session-id.js";
import { ByteReader } from "./byte-reader.js";
import { CHAIN_START, type ChainHash, hexOf, nextLink } from "./chain.js";
import { decodeEntry } from "./entry-codec.js";
import { PageStream } from "./page-stream.js";
import type { RecordKeys } from "./record-keys.js";
import type { Store } from "./stores/store.js";

const READ_BYTES = 64 * 1024;

/** What the last line of an export is signed over. */
function exportBytes(session: string, records: number, hash: string): Buffer {
  return Buffer.from(`sluice-export-v1\n${session}\n${records}\n${hash}\n`);
}

/**
 * A log as lines of JSON, each without its line end: a header, one line per entry with the exact record
 * bytes (base64) and the hash (hex) that the chain has there, and a signed last line. `verifyExport`
 * checks it without the store. @throws SluiceError `storage_failed` where the log is damaged.
 */
export async function* exportNdjson(
  store: Store,
  session: SessionId,
  signing: Pick<RecordKeys["signing"], "sign">,
): AsyncGenerator<string> {
  yield JSON.stringify({ type: "sluice.session", version: 1, session });
  const pages = new PageStream(store, session, { afterSeq: 0 });
  let hash = hexOf(CHAIN_START);
  for (;;) {
    const lines: string[] = [];
    await pages.visit(READ_BYTES, (reader, seq, link) => {
      hash = hexOf(link);
      const record = reader.bytes.toString("base64", reader.position, reader.end);
      lines.push(JSON.stringify({ seq, hash, record, entry: decodeEntry(reader, seq) }));
    });
    if (lines.length === 0) break;
    yield* lines;
  }
  const records = pages.nextSeq - 1;
  const { keyId, signature } = signing.sign(exportBytes(session, records, hash));
  yield JSON.stringify({
    type: "sluice.end",
    records,
    hash,
    key: keyId,
    sig: Buffer.from(signature).toString("base64url"),
  });
}

export interface ExportReport {
  readonly ok: boolean;
  readonly session: string | null;
  /** Records whose hash was checked. */
  readonly records: number;
  /** The last hash (hex), to compare with a ledger or another export. */
  readonly hash: string;
  /** `unknown`: no key was given to check it with. */
  readonly signature: "valid" | "invalid" | "unknown" | "missing";
  /** The first thing that is wrong, with its line; null: nothing. */
  readonly problem: string | null;
}

/** Checks an export without the store: hashes, numbers, that the readable entries are those of the
 *  records, and the signature where `signing` can. */
export async function verifyExport(
  lines: AsyncIterable<string> | Iterable<string>,
  signing: Pick<RecordKeys["signing"], "verify"> | null = null,
): Promise<ExportReport> {
  const check = new ExportCheck(signing);
  for await (const line of lines) {
    if (line.trim() !== "") check.line(line);
    if (check.problem !== null) break;
  }
  return check.report();
}

class ExportCheck {
  problem: string | null = null;
  readonly #signing: Pick<RecordKeys["signing"], "verify"> | null;
  #session: string | null = null;
  #link: ChainHash = CHAIN_START;
  #records = 0;
  #lines = 0;
  #signature: ExportReport["signature"] = "missing";

  constructor(signing: Pick<RecordKeys["signing"], "verify"> | null) {
    this.#signing = signing;
  }

  line(line: string): void {
    this.#lines++;
    const members = membersOf(line);
    if (members === null) this.#wrong("is not a JSON object");
    else if (this.#lines === 1) this.#header(members);
    else if (this.#signature !== "missing") this.#wrong("follows the end");
    else if (members.get("type") === "sluice.end") this.#end(members);
    else this.#record(members);
  }

  #wrong(what: string): void {
    this.problem = `Line ${this.#lines} ${what}.`;
  }

  #header(members: ReadonlyMap<string, unknown>): void {
    const session = members.get("session");
    const isKnown = members.get("type") === "sluice.session" && members.get("version") === 1;
    if (!isKnown || typeof session !== "string" || parseSessionId(session) === null) {
      this.#wrong("is not the header of a session export of version 1");
    } else this.#session = session;
  }

  #record(members: ReadonlyMap<string, unknown>): void {
    const record = members.get("record");
    const seq = this.#records + 1;
    if (members.get("seq") !== seq || typeof record !== "string") {
      this.#wrong(`is not record ${seq}`);
      return;
    }
    const bytes = Buffer.from(record, "base64");
    this.#link = nextLink(bytes, this.#link);
    this.#records = seq;
    if (members.get("hash") !== hexOf(this.#link)) this.#wrong(`does not fit the chain at record ${seq}`);
    else if (!isEntryOf(bytes, seq, members.get("entry")))
      this.#wrong("shows an entry that is not its record");
    else if (seq === 1 && !JSON.stringify(members.get("entry")).includes(`"${this.#session}"`)) {
      this.#wrong("opens another session than the header says");
    }
  }

  #end(members: ReadonlyMap<string, unknown>): void {
    const hash = hexOf(this.#link);
    const sig = members.get("sig");
    const key = members.get("key");
    if (members.get("records") !== this.#records || members.get("hash") !== hash) {
      this.#wrong("does not fit the records before it: some are missing or were changed");
    } else if (typeof sig !== "string" || typeof key !== "string") this.#wrong("has no signature");
    else if (this.#signing === null) this.#signature = "unknown";
    else {
      const bytes = exportBytes(this.#session ?? "", this.#records, hash);
      const isValid = this.#signing.verify(key, bytes, Buffer.from(sig, "base64url"));
      this.#signature = isValid ? "valid" : "invalid";
      if (!isValid) this.#wrong("is not signed by a known key");
    }
  }

  report(): ExportReport {
    if (this.problem === null && this.#signature === "missing")
      this.problem = "The last line is missing: the export was cut off.";
    return {
      ok: this.problem === null,
      session: this.#session,
      records: this.#records,
      hash: hexOf(this.#link),
      signature: this.#signature,
      problem: this.problem,
    };
  }
}

function isEntryOf(record: Buffer, seq: number, shown: unknown): boolean {
  let entry: Entry;
  try {
    entry = decodeEntry(new ByteReader(record), seq);
  } catch {
    return false;
  }
  return JSON.stringify(shown) === JSON.stringify(entry);
}

function membersOf(line: string): ReadonlyMap<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : null;
  } catch {
    return null;
  }
}
