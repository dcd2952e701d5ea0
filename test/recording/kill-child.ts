/**
 * A gateway in small, to be killed: many sessions stream into one log, and what their live cursors
 * deliver is written to standard output, as a client would see it: `session seq offset text`, one line each.
 */
import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { systemClock } from "../../src/domain/time.js";
import { SessionLog } from "../../src/recording/session-log.js";
import { openLevelStore } from "../../src/recording/stores/level.js";
import { chunk, ended, newKeys, opened } from "./fixtures.js";

const [path = "", durability = "commit"] = process.argv.slice(2);
const log = await SessionLog.open({
  store: await openLevelStore({ path }),
  clock: systemClock,
  randomBytes,
  keys: { ...newKeys(), nameKey: Buffer.alloc(32, 7) },
  durability: durability === "fsync" ? "fsync" : "commit",
  minFreeBytes: 0,
});

const pause = new Int32Array(new SharedArrayBuffer(4));

/** What was written is out even when the process dies in this turn; a full pipe is waited for. */
function say(lines: string): void {
  for (let rest = Buffer.from(lines); rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (thrown) {
      if (!(thrown instanceof Error && "code" in thrown && thrown.code === "EAGAIN")) throw thrown;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}

function stream(): void {
  const writer = log.begin(opened());
  const cursor = writer.cursor(0);
  const length = 5 + Math.floor(Math.random() * 200);
  let sent = 0;
  cursor.onReadable = () => {
    let lines = "";
    for (const entry of cursor.take(1000)) {
      const text = entry.type === "chunk" ? entry.text : entry.type;
      lines += `${writer.session} ${entry.seq} ${entry.offsetUs} ${text}\n`;
    }
    say(lines);
    if (cursor.done) stream();
  };
  const step = (): void => {
    for (let count = Math.floor(Math.random() * 4); count > 0 && sent < length; count--, sent++) {
      writer.append(chunk(`${sent}-${"x".repeat(Math.floor(Math.random() * 40))}`));
    }
    if (sent >= length) writer.append(ended());
    else setTimeout(step, Math.random() * 3);
  };
  step();
}

for (let index = 0; index < 30; index++) stream();
