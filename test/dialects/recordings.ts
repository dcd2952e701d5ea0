import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

export interface Recording {
  readonly id: string;
  readonly kind: string;
  readonly provider: string;
  readonly flags: readonly string[];
  readonly features: readonly string[];
  readonly wire: string;
  readonly request: Readonly<Record<string, unknown>> | null;
  readonly expect: {
    readonly text: Readonly<Record<string, string>>;
    readonly reasoning?: string;
    readonly finish: readonly string[];
  };
  readonly body: string;
}

/** The shared recordings lie beside the project; without them these tests say that they were skipped. */
const SHARED = fileURLToPath(new URL("../../../shared/data/streams/", import.meta.url));
/** A few small ones that are part of the project, with source and licence inside. */
const OWN = fileURLToPath(new URL("recorded/", import.meta.url));

export const HAS_SHARED = existsSync(SHARED);

// The project's own few are always read; that the many are missing shows in every summary.
if (!HAS_SHARED) test("all recorded streams", { skip: "only the project's own recordings are here" });

/** Recordings of one kind, the shared ones and the project's own, each once. */
export function recordings(kind: string): readonly Recording[] {
  const found = new Map<string, Recording>();
  for (const folder of [OWN, SHARED]) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) {
      if (!name.startsWith("c-")) continue;
      const recording = read(join(folder, name));
      if (recording.kind === kind) found.set(recording.id, recording);
    }
  }
  return [...found.values()];
}

function read(path: string): Recording {
  const { id, meta, request, expect, body } = JSON.parse(readFileSync(path, "utf8"));
  const { kind, provider, flags, features, wire } = meta;
  return { id, kind, provider, flags, features, wire, request, expect, body };
}

/** Cuts a body at random places from a seeded generator, or at every byte. */
export function cut(body: string, seed: number): readonly Buffer[] {
  const bytes = Buffer.from(body);
  const pieces: Buffer[] = [];
  let state = seed >>> 0 || 1;
  let at = 0;
  while (at < bytes.length) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const length = seed === 0 ? 1 : 1 + ((state >>> 8) % (state % 7 === 0 ? 4000 : 300));
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}
