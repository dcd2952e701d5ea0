import { badFlag } from "./bad-flag.js";
import type { Io } from "./io.js";

const MAX_BYTES = 16 << 20;

/** A prompt from the command line, or from standard input where it is `-`. */
export async function readPrompt(written: string, flag: string, io: Io): Promise<string> {
  const text = written === "-" ? await readInput(flag, io) : written;
  if (text.trim() === "") throw badFlag(flag, "the prompt is empty.");
  return text;
}

async function readInput(flag: string, io: Io): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of io.stdin) {
    const piece = Buffer.from(part);
    bytes += piece.length;
    if (bytes > MAX_BYTES) throw badFlag(flag, `standard input holds more than ${MAX_BYTES >> 20} MiB.`);
    parts.push(piece);
  }
  return Buffer.concat(parts).toString("utf8");
}
