import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Entry, EntryBody } from "../../src/domain/entry.js";
import type { Finding } from "../../src/domain/finding.js";
import { FORMAT_VERSION } from "../../src/recording/format.js";
import { openLevelStore } from "../../src/recording/stores/level.js";
import { readByDocument } from "./document-reader.js";
import { chunk, drain, ended, inDirectory, opened, openLog } from "./fixtures.js";

const FINDING: Finding = { entity: "EMAIL_ADDRESS", detector: "email", start: 1, end: 16, action: "mask" };
const KINDS: Readonly<Record<EntryBody["type"], number>> = {
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
};
const BODIES: readonly EntryBody[] = [
  {
    type: "decided",
    effect: "review",
    reasons: [],
    policyVersion: "v",
    obligations: "{}",
    atRelease: false,
  },
  {
    type: "review_requested",
    approval: "a",
    policy: "p",
    rule: "r",
    reviewers: ["compliance"],
    approvalsNeeded: 1,
    expiresAtMs: 1,
  },
  { type: "review_decided", approval: "a", outcome: "approved", votes: [] },
  { type: "segment", cause: "review", atMs: 5 },
  { type: "upstream_opened", connection: "openai", model: "m", dialect: "openai-chat", approval: "a" },
  { type: "template", template: 0, event: null, before: '{"a":', middle: null, after: "}" },
  chunk("plain "),
  chunk("é in one byte"),
  chunk("東京 and 👩‍👩‍👧 in several"),
  chunk("\ud83d alone"),
  chunk(`long ${"x".repeat(100_000)}`, { channel: 300, template: -1 }),
  chunk("<EMAIL_ADDRESS>", { findings: [FINDING, { ...FINDING, action: "cut" }], logprobs: '{"a":[1]}' }),
  { type: "output", items: [], event: "done", native: "{}", findings: [] },
];

function readForm({ seq, offsetUs, type, ...body }: Entry) {
  return { seq, offsetUs, kind: KINDS[type], body };
}

describe("a reader written from docs/session-log.md alone", () => {
  it("reads every kind of record, checks every link, and finds the ledger beside it", async () => {
    await inDirectory(async (path) => {
      const { log } = await openLog({ store: await openLevelStore({ path }) });
      const writer = log.begin(opened());
      for (const [index, body] of BODIES.entries()) {
        writer.append(body);
        if (index % 3 === 0) await writer.committed(writer.lastSeq);
      }
      writer.append(ended());
      await writer.committed(writer.lastSeq);
      const open = log.begin(opened());
      await open.committed(1);
      await log.signedHead();
      const reader = (await log.reader(writer.session)) ?? assert.fail();
      const entries = await drain(reader.cursor({ afterSeq: 0, live: false }));
      const { headHash } = reader;
      const { format } = log;
      await log.close();

      const read = await readByDocument(path);
      assert.equal(read.version, FORMAT_VERSION);
      assert.equal(read.store, format.store);
      const records = read.sessions.get(writer.session) ?? assert.fail();
      assert.deepEqual(
        records.map(({ link: _, ...record }) => record),
        entries.map(readForm),
      );
      assert.equal(records.at(-1)?.link, headHash);
      assert.deepEqual(read.unfinished, [open.session]);
      assert.equal(read.summaries.get(writer.session)?.["outcome"], "complete");
      assert.deepEqual([...read.indexFields].sort(), ["c", "d", "e", "o", "p", "t"]);
      const last = { session: writer.session, seq: records.length, link: headHash };
      const ending = read.ledger.find(({ type }) => type === "ended");
      assert.deepEqual(ending, { type: "ended", atMs: ending?.["atMs"], ...last });
      const [first] = records;
      const opening = read.ledger.find(({ session }) => session === writer.session);
      assert.deepEqual([opening?.["type"], opening?.["link"]], ["opened", first?.link]);
      const acts = read.ledger.filter(({ type }) => type === "act");
      assert.deepEqual(
        acts.map(({ act }) => (act as { kind: string }).kind),
        ["started", "closed"],
      );
    });
  });
});
