import { PassThrough, Readable } from "node:stream";
import { Command, CommanderError } from "commander";
import { reportFailure } from "../../src/cli/failure.js";
import { commands } from "../../src/cli/index.js";
import { EXIT, type Io } from "../../src/cli/io.js";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  /** Sees standard output as it comes. */
  readonly onOutput?: (text: string) => void;
}

/** Runs a command as `main.ts` does, in this process. */
export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const out = collected(options.onOutput);
  const err = collected();
  const io: Io = {
    stdin: Readable.from(options.stdin === undefined ? [] : [Buffer.from(options.stdin)]),
    stdout: out.stream,
    stderr: err.stream,
    isTerminal: false,
    signal: options.signal ?? new AbortController().signal,
    hangup: () => () => {},
  };
  const program = new Command("sluice").exitOverride().configureOutput({
    writeOut: (text) => out.stream.write(text),
    writeErr: (text) => err.stream.write(text),
  });
  let code: number = EXIT.ok;
  for (const { register } of commands) {
    register(program, io, (exitCode) => {
      code = exitCode;
    });
  }
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (thrown) {
    if (thrown instanceof CommanderError) code = thrown.exitCode === 0 ? EXIT.ok : EXIT.usage;
    else code = await reportFailure(thrown, io);
  }
  return { code, stdout: out.text(), stderr: err.text() };
}

function collected(onText?: (text: string) => void): { stream: PassThrough; text: () => string } {
  const stream = new PassThrough();
  const parts: Buffer[] = [];
  stream.on("data", (part: Buffer) => {
    parts.push(part);
    onText?.(part.toString("utf8"));
  });
  return { stream, text: () => Buffer.concat(parts).toString("utf8") };
}
