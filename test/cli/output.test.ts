import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { describe, it } from "node:test";
import { EventPrinter } from "../../src/cli/event-printer.js";
import type { Io } from "../../src/cli/io.js";
import { jsonText, Output, visible, visibleLine } from "../../src/cli/output.js";
import { table } from "../../src/cli/table.js";
import { parseTarget } from "../../src/cli/target.js";
import { parseLength, parseMoment } from "../../src/cli/time-argument.js";
import fc from "../support/seeded-check.js";

const DANGEROUS =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const anyText = fc.string({ unit: "binary", maxLength: 40 });

describe("text of models on a terminal", () => {
  it("shows escape sequences, C1 controls and bidi marks instead of sending them", () => {
    assert.equal(visible("a\u001b[2Jb"), "a\\u001b[2Jb");
    assert.equal(visible("\u009b31m"), "\\u009b31m");
    assert.equal(visible("abc\u202edcba"), "abc\\u202edcba");
    assert.equal(visible("over\rwritten"), "over\\u000dwritten");
  });

  it("leaves line ends, tabs and every other character alone", () => {
    const text = "a\tb\r\nc\n\u00e9 \u4e2d \u{1f600} <PERSON>";
    assert.equal(visible(text), text);
  });

  it("never lets a dangerous character through, whatever the text", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        assert.doesNotMatch(visible(text), DANGEROUS);
        assert.doesNotMatch(visibleLine(text), /[\r\n\t]/);
      }),
    );
  });

  it("writes JSON that is harmless and means the same", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const written = jsonText({ text });
        assert.doesNotMatch(written, DANGEROUS);
        assert.deepEqual(JSON.parse(written), { text });
      }),
    );
  });

  it("keeps a table's rows on one line each", () => {
    const written = table(["A", "B"], [["x\ny", "\u001b[31m"]]);
    assert.equal(written.split("\n").length, 3);
    assert.doesNotMatch(written, DANGEROUS);
  });
});

describe("the printer of events", () => {
  const printed = async (events: readonly object[], raw = false): Promise<readonly [string, string]> => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const io: Pick<Io, "stdout" | "stderr" | "isTerminal"> = { stdout, stderr, isTerminal: false };
    const output = new Output(io as Io, { json: false, quiet: false });
    const printer = new EventPrinter(output, { raw });
    for (const event of events) await printer.print(event as Parameters<EventPrinter["print"]>[0]);
    return [String(stdout.read() ?? ""), String(stderr.read() ?? "")];
  };
  const channel = (id: number, kind: string, more: object = {}) => ({
    seq: 1,
    output: { items: [{ channel: { channel: id, kind: `CHANNEL_KIND_${kind}`, ...more } }] },
  });
  const chunk = (id: number, text: string) => ({ seq: 2, chunk: { channel: id, text } });

  it("keeps reasoning and tool arguments out of standard output", async () => {
    const [out, err] = await printed([
      channel(0, "REASONING"),
      chunk(0, "hmm"),
      channel(1, "TEXT", { index: 1 }),
      chunk(1, "yes"),
      channel(2, "TOOL_ARGUMENTS", { toolName: "look\nup" }),
      chunk(2, '{"q":1}'),
    ]);
    assert.equal(out, "yes");
    assert.equal(err, '-- reasoning\nhmm\n-- text\n-- tool arguments of look\\nup\n{"q":1}');
  });

  it("escapes what the model sends unless told not to", async () => {
    const events = [channel(0, "TEXT"), chunk(0, "\u001b]0;pwned\u0007")];
    assert.equal((await printed(events))[0], "\\u001b]0;pwned\\u0007");
    assert.equal((await printed(events, true))[0], "\u001b]0;pwned\u0007");
  });
});

describe("arguments", () => {
  it("take an address plain on loopback and by TLS elsewhere", () => {
    assert.deepEqual(parseTarget("127.0.0.1:50051"), { address: "127.0.0.1:50051", isPlain: true });
    assert.deepEqual(parseTarget("[::1]:50051"), { address: "[::1]:50051", isPlain: true });
    assert.deepEqual(parseTarget("gateway.example:443"), { address: "gateway.example:443", isPlain: false });
    assert.deepEqual(parseTarget("https://gateway.example"), {
      address: "gateway.example:443",
      isPlain: false,
    });
    assert.deepEqual(parseTarget("http://localhost:4001/"), { address: "localhost:4001", isPlain: true });
  });

  for (const wrong of ["http://gateway.example:80", "gateway.example", "ftp://x:1", "", "x:99999"]) {
    it(`refuse the address ${JSON.stringify(wrong)}`, () => {
      assert.throws(() => parseTarget(wrong), /--url: /);
    });
  }

  it("take times with their unit, and moments or how long ago they were", () => {
    assert.deepEqual(["250ms", "1.5s", "2h"].map(parseLength), [250, 1500, 7_200_000]);
    for (const wrong of ["5", "1y", "-1s", ""]) assert.throws(() => parseLength(wrong));
    assert.equal(parseMoment("2026-01-31", 0), "2026-01-31T00:00:00.000Z");
    assert.equal(parseMoment("1h", Date.parse("2026-01-31T08:00:00Z")), "2026-01-31T07:00:00.000Z");
    for (const wrong of ["yesterday", "2026-13-01", "2026-01"]) assert.throws(() => parseMoment(wrong, 0));
  });
});
