import { mkdtemp, open, readdir, rm, stat, statfs } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Config } from "../../config/load.js";
import { asSluiceError } from "../../domain/errors.js";
import { openLevelStore } from "../../recording/stores/level.js";
import { broken, type Finding, fine, odd, reasonOf } from "./finding.js";

const MiB = 1 << 20;

/** Keys: that they are the gateway's alone, and do not lie with what they protect. */
export async function keyFolder({ keysDir, dataDir }: Config): Promise<Finding> {
  const inside = relative(dataDir, keysDir);
  if (inside === "" || !inside.startsWith(".."))
    return broken(
      "keys",
      `${keysDir} lies inside the recordings`,
      "set keys.dir to a folder outside recording.path",
    );
  const names = await readdir(keysDir).catch(() => null);
  if (names === null) return fine("keys", `${keysDir} is made at the first start`);
  const open: string[] = [];
  for (const name of names.filter((each) => /\.(key|pem)$/.test(each) && !each.endsWith(".pub.pem"))) {
    const { mode } = await stat(join(keysDir, name));
    if ((mode & 0o077) !== 0) open.push(join(keysDir, name));
  }
  if (open.length > 0)
    return broken("keys", `others can read ${open.join(", ")}`, `chmod 600 ${open.join(" ")}`);
  return fine("keys", `${names.length} files in ${keysDir}, readable by their owner alone`);
}

/** The store: that it opens, or is held by a gateway that runs. */
export async function store(config: Config, isRunning: boolean): Promise<Finding> {
  if (config.written.recording.store === "memory")
    return odd("store", "recordings are kept in memory and lost at exit", "set recording.store to level");
  if ((await stat(config.dataDir).catch(() => null)) === null)
    return fine("store", `${config.dataDir} is made at the first start`);
  if (isRunning) return fine("store", `${config.dataDir} is held by the gateway that runs`);
  try {
    await (await openLevelStore({ path: config.dataDir, mustExist: true })).close();
    return fine("store", `${config.dataDir} opens`);
  } catch (thrown) {
    const { message } = asSluiceError(thrown);
    return broken("store", message, "end the other process, or give the gateway a folder of its own");
  }
}

/** Free space against the least that the gateway admits new work with. */
export async function space(config: Config): Promise<Finding> {
  const folder = await existing(config.dataDir);
  const { bavail, bsize } = await statfs(folder);
  const free = Math.floor((bavail * bsize) / MiB);
  const least = Math.ceil(config.written.recording.minFree / MiB);
  const seen = `${free} MiB free at ${folder}, ${least} MiB needed`;
  if (free < least)
    return broken("disk space", seen, "free some, set recording.retention, or lower recording.minFree");
  if (free < least * 4) return odd("disk space", seen, "free some soon, or set recording.retention");
  return fine("disk space", seen);
}

const WRITES = 20;
const SLOW_MS = 20;

/** How long the disk takes to make a write durable: what `durability: fsync` costs each commit. */
export async function syncTime(config: Config): Promise<Finding> {
  const folder = await existing(config.dataDir);
  let made: string | null = null;
  try {
    made = await mkdtemp(join(folder, ".sluice-doctor-"));
    const file = await open(join(made, "sync"), "w", 0o600);
    const times: number[] = [];
    for (let count = 0; count < WRITES; count++) {
      const startedMs = performance.now();
      await file.write(Buffer.alloc(4096, 1));
      await file.sync();
      times.push(performance.now() - startedMs);
    }
    await file.close();
    const median = times.sort((a, b) => a - b)[WRITES / 2] ?? 0;
    const seen = `a synced write takes ${median.toFixed(1)} ms (median of ${WRITES})`;
    const isSlow = median > SLOW_MS && config.written.recording.durability === "fsync";
    return isSlow ? odd("fsync", seen, "use a faster disk, or durability: commit") : fine("fsync", seen);
  } catch (thrown) {
    return broken(
      "fsync",
      `${folder} cannot be written to: ${reasonOf(thrown)}`,
      "give the gateway's user the folder",
    );
  } finally {
    if (made !== null) await rm(made, { recursive: true, force: true });
  }
}

/** The folder, or the nearest one above it that is there already. */
async function existing(folder: string): Promise<string> {
  if ((await stat(folder).catch(() => null)) !== null) return folder;
  const above = dirname(folder);
  return above === folder ? folder : existing(above);
}
