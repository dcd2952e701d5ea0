import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { SluiceError } from "../domain/errors.js";
import type { WrittenSecret } from "./shapes.js";

/** Environment variables; the only place that reads them is `load.ts`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A secret that is read where it stands each time, so that a rotated one takes effect at once. */
export interface Secret {
  /** @throws SluiceError `invalid_config` that names the source, never the value. */
  read(): string;
  /** For people: `set, from OPENAI_API_KEY`. */
  readonly description: string;
}

export function secretOf(
  written: WrittenSecret,
  { base, env }: { readonly base: string; readonly env: Environment },
): Secret {
  switch (written.kind) {
    case "env":
      return fromEnvironment(written.spec, env);
    case "file":
      return fromFile(resolve(base, written.spec));
  }
}

function fromEnvironment(variable: string, env: Environment): Secret {
  const read = (): string => {
    const value = env[variable]?.trim() ?? "";
    if (value === "")
      throw missing(`the environment variable ${variable} is not set`, "set it before the gateway starts");
    return value;
  };
  const isSet = (env[variable]?.trim() ?? "") !== "";
  return { read, description: isSet ? `set, from ${variable}` : `not set: ${variable}` };
}

function fromFile(path: string): Secret {
  let known: { readonly mtimeMs: number; readonly value: string } | null = null;
  const read = (): string => {
    try {
      const { mtimeMs } = statSync(path);
      if (known?.mtimeMs !== mtimeMs) known = { mtimeMs, value: readFileSync(path, "utf8").trim() };
    } catch {
      throw missing(
        `the file ${path} cannot be read`,
        "check that it exists and that the gateway may read it",
      );
    }
    if (known.value === "") throw missing(`the file ${path} is empty`, "put the secret into it");
    return known.value;
  };
  return { read, description: `from the file ${path}` };
}

function missing(what: string, remedy: string): SluiceError {
  return new SluiceError("invalid_config", `A secret is missing: ${what}; ${remedy}.`);
}
