/** Fills the folder of a gateway that is not running with ended sessions, as it would have written them itself. */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/domain/time.js";
import { recordKeysOf } from "../../src/recording/record-keys.js";
import { SessionLog } from "../../src/recording/session-log.js";
import { openLevelStore } from "../../src/recording/stores/level.js";
import { KeyRing } from "../../src/sealing/key-ring.js";
import { chunk, ended, newSession, opened } from "../recording/fixtures.js";

const AT_ONCE = 500;
const CHUNKS = 20;

export async function fillStore(folder: string, sessions: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const ring = await KeyRing.open({ dir: join(folder, "keys") });
  const log = await SessionLog.open({
    store: await openLevelStore({ path: join(folder, "data") }),
    clock: systemClock,
    randomBytes,
    keys: recordKeysOf(ring),
    minFreeBytes: 0,
  });
  const now = Date.now();
  for (let at = 0; at < sessions; at += AT_ONCE) {
    const count = Math.min(AT_ONCE, sessions - at);
    const writers = Array.from({ length: count }, (_, index) => {
      const openedAtMs = now - (sessions - at - index) * 1000;
      const principal = { ...opened().principal, subject: `user-${index}`, team: `team-${index % 20}` };
      const writer = log.begin(
        opened({ openedAtMs, session: newSession(openedAtMs), principal, request: "{}" }),
      );
      for (let each = 0; each < CHUNKS; each++) writer.append(chunk(" word"));
      writer.append(ended());
      return writer;
    });
    await Promise.all(writers.map((writer) => writer.committed(writer.lastSeq)));
  }
  await log.close();
}
