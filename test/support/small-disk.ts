import { spawnSync } from "node:child_process";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A file system of its own that a test can fill. */
export interface SmallDisk {
  /** Takes all the room but a few hundred kilobytes. */
  fill(): Promise<void>;
  free(): Promise<void>;
  unmount(): void;
}

const BALLAST = "ballast-";
const LEFT_BYTES = 300_000;

/** Mounts one of memory at a folder; null where that is not permitted. `size` as mount takes it, `12m`. */
export function mountSmallDisk(path: string, size: string): SmallDisk | null {
  const mounted = spawnSync("/bin/mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path]);
  if (mounted.status !== 0) return null;
  return {
    fill: () => fill(path),
    free: async () => {
      for (const name of await readdir(path)) if (name.startsWith(BALLAST)) await rm(join(path, name));
    },
    unmount: () => void spawnSync("/bin/umount", ["-l", path]),
  };
}

async function fill(path: string): Promise<void> {
  const room = join(path, "room");
  await writeFile(room, Buffer.alloc(LEFT_BYTES, 1));
  for (let size = 4 << 20; size >= 512; size >>= 1) {
    for (let index = 0; await fits(join(path, `${BALLAST}${size}-${index}`), size); index++);
  }
  await rm(room);
}

function fits(path: string, size: number): Promise<boolean> {
  return writeFile(path, Buffer.alloc(size, 1)).then(
    () => true,
    () => false,
  );
}
