import { generateKeyPairSync, randomBytes, sign, verify } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChunkBody, EndedBody, Entry, OpenedBody } from "../../src/domain/entry.js";
import { NO_FINDINGS } from "../../src/domain/finding.js";
import { makeSessionId, type SessionId } from "../../src/domain/session-id.js";
import { systemClock } from "../../src/domain/time.js";
import type { Cursor } from "../../src/recording/cursor.js";
import type { LogNotice } from "../../src/recording/notice.js";
import type { RecordKeys } from "../../src/recording/record-keys.js";
import { SessionLog } from "../../src/recording/session-log.js";
import type { SessionLogOptions } from "../../src/recording/session-log-options.js";
import { MemoryStore } from "../../src/recording/stores/memory.js";

export function newSession(nowMs = Date.now()): SessionId {
  return makeSessionId(nowMs, randomBytes(10));
}

export function opened(changes: Partial<OpenedBody> = {}): OpenedBody {
  const session = newSession(changes.openedAtMs);
  return {
    type: "opened",
    session,
    openedAtMs: Date.now(),
    principal: {
      issuer: "https://login.test",
      subject: "ada.lovelace",
      groups: ["staff"],
      team: "analytical-engines",
      tenant: "https://login.test",
    },
    connection: "openai",
    model: "gpt-4o",
    dialect: "openai-chat",
    frontEnd: "http",
    stream: true,
    request: '{"messages":[{"role":"user","content":"tell me about engines"}]}',
    requestDigest: "ab".repeat(32),
    conversation: null,
    labels: {},
    ...changes,
  };
}

export function chunk(text: string, changes: Partial<ChunkBody> = {}): ChunkBody {
  return { type: "chunk", channel: 0, text, template: 0, logprobs: null, findings: NO_FINDINGS, ...changes };
}

export function ended(changes: Partial<EndedBody> = {}): EndedBody {
  return {
    type: "ended",
    error: null,
    outcome: "complete",
    by: null,
    reason: null,
    totals: { chunks: 0, characters: 0, findings: {}, usage: null, firstChunkUs: null },
    ...changes,
  };
}

export function newKeys(): RecordKeys {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    nameKey: randomBytes(32),
    signing: {
      sign: (bytes) => ({ keyId: "k1", signature: sign(null, bytes, privateKey) }),
      verify: (keyId, bytes, signature) => keyId === "k1" && verify(null, bytes, publicKey, signature),
    },
  };
}

export interface OpenedLog {
  readonly log: SessionLog;
  readonly notices: LogNotice[];
}

export async function openLog(options: Partial<SessionLogOptions> = {}): Promise<OpenedLog> {
  const notices: LogNotice[] = [];
  const log = await SessionLog.open({
    store: new MemoryStore(),
    clock: systemClock,
    randomBytes,
    keys: newKeys(),
    minFreeBytes: 0,
    onNotice: (notice) => notices.push(notice),
    ...options,
  });
  return { log, notices };
}

/** Takes from a cursor until it is done; gives up after `timeoutMs`. */
export async function drain(cursor: Cursor, timeoutMs = 5000): Promise<Entry[]> {
  const entries: Entry[] = [];
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`cursor stands at ${cursor.position}`)), timeoutMs);
    const pump = (): void => {
      for (let got = cursor.take(100); got.length > 0; got = cursor.take(100)) entries.push(...got);
      if (!cursor.done) return;
      clearTimeout(timer);
      resolve();
    };
    cursor.onReadable = pump;
    cursor.onFault = (error) => {
      clearTimeout(timer);
      reject(error);
    };
    pump();
  });
  return entries;
}

export async function inDirectory<T>(work: (path: string) => Promise<T>): Promise<T> {
  const path = await mkdtemp(join(tmpdir(), "sluice-log-"));
  try {
    return await work(path);
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}
