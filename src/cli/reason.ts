import { createInterface } from "node:readline/promises";
import { SluiceError } from "../domain/errors.js";
import { badFlag } from "./bad-flag.js";
import type { Io } from "./io.js";

interface Asking {
  readonly reason?: string;
  /** False: never ask. */
  readonly input: boolean;
}

/** The reason that was given, or that the person at the terminal gives now. @throws SluiceError for none. */
export async function reasonFor(what: string, { reason, input }: Asking, io: Io): Promise<string> {
  const said = reason ?? (input && io.isTerminal ? await answerTo(`Reason for ${what}: `, io) : "");
  if (said.trim() !== "") return said.trim();
  throw badFlag("--reason", `say why, for the record: --reason "...".`);
}

/** Whether the person at the terminal says yes. Where nobody can be asked, that is an error. */
export async function confirmed(
  question: string,
  { yes, input }: { readonly yes: boolean; readonly input: boolean },
  io: Io,
): Promise<boolean> {
  if (yes) return true;
  if (!input || !io.isTerminal) throw badFlag("--yes", "nobody can be asked here; give --yes to go ahead.");
  return /^y(es)?$/i.test((await answerTo(`${question} [y/N] `, io)).trim());
}

async function answerTo(question: string, io: Io): Promise<string> {
  const lines = createInterface({ input: io.stdin, output: io.stderr });
  try {
    return await lines.question(question, { signal: io.signal });
  } catch {
    throw new SluiceError("cancelled", "Nothing was done.");
  } finally {
    lines.close();
  }
}
