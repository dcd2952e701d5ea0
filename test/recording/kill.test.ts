import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Entry, EntryBody } from "../../src/domain/entry.js";
import { parseSessionId } from "../../src/domain/session-id.js";
import { openLevelStore } from "../../src/recording/stores/level.js";
import { drain, ended, inDirectory, newKeys, opened, openLog } from "./fixtures.js";

const KILLS = Number(process.env["SLUICE_KILLS"] ?? 10);
const CHILD = fileURLToPath(new URL("./kill-child.ts", import.meta.url));

/** Runs the child on the directory, kills it at a random instant, and gives the lines that clients saw. */
async function killed(path: string, durability: string): Promise<Map<string, string[]>> {
  const child = spawn(process.execPath, ["--import", "tsx", CHILD, path, durability], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (data: string) => {
    output += data;
  });
  await once(child.stdout, "data");
  await sleep(Math.random() * 120);
  child.kill("SIGKILL");
  const [, signal] = await once(child, "close");
  assert.equal(signal, "SIGKILL", "the child ended by itself");
  const seen = new Map<string, string[]>();
  // The last line may be cut where the process died.
  for (const line of output.split("\n").slice(0, -1)) {
    const session = line.slice(0, 36);
    seen.set(session, [...(seen.get(session) ?? []), line]);
  }
  return seen;
}

function lineOf(session: string, entry: Entry): string {
  return `${session} ${entry.seq} ${entry.offsetUs} ${entry.type === "chunk" ? entry.text : entry.type}`;
}

describe("kill -9 at a random instant", () => {
  it(`leaves a log that begins with everything any client saw (${KILLS} kills)`, {
    timeout: KILLS * 5000 + 20_000,
  }, async () => {
    await inDirectory(async (path) => {
      const keys = { ...newKeys(), nameKey: Buffer.alloc(32, 7) };
      let sessions = 0;
      let interrupted = 0;
      for (let kill = 0; kill < KILLS; kill++) {
        const seen = await killed(path, kill % 2 === 0 ? "commit" : "fsync");
        const { log, notices } = await openLog({ store: await openLevelStore({ path }), keys });
        assert.deepEqual(
          notices.filter(({ kind }) => kind !== "interrupted"),
          [],
        );
        interrupted += notices.length;
        for (const [id, lines] of seen) {
          sessions++;
          const session = parseSessionId(id) ?? assert.fail(id);
          const reader = (await log.reader(session)) ?? assert.fail(`session ${id} is lost`);
          const entries = await drain(reader.cursor({ afterSeq: 0, live: true }));
          assert.deepEqual(
            entries.slice(0, lines.length).map((entry) => lineOf(id, entry)),
            lines,
          );
          const types: EntryBody["type"][] = entries.slice(-2).map(({ type }) => type);
          assert.equal(types[1], "ended");
        }
        const report = await log.verify();
        assert.deepEqual(report.problems, []);
        await log.close();
      }
      assert.ok(sessions > KILLS * 10 && interrupted > KILLS * 10);
    });
  });
});

describe("a second process on the directory", () => {
  it("ends with a clear error and harms nothing", async () => {
    await inDirectory(async (path) => {
      const { log } = await openLog({ store: await openLevelStore({ path }) });
      const child = spawn(process.execPath, ["--import", "tsx", CHILD, path, "commit"], {
        stdio: ["ignore", "ignore", "pipe"],
      });
      let stderr = "";
      child.stderr.setEncoding("utf8").on("data", (data: string) => {
        stderr += data;
      });
      const [code] = await once(child, "close");
      assert.notEqual(code, 0);
      assert.match(stderr, /in use by another process/);
      const writer = log.begin(opened());
      writer.append(ended());
      await writer.committed(2);
      assert.deepEqual((await log.verify()).problems, []);
      await log.close();
    });
  });
});
