import type { Readable, Writable } from "node:stream";

/** What a command works with, so that tests can run it in their own process. */
export interface Io {
  readonly stdin: Readable;
  /** Data, and nothing else. */
  readonly stdout: Writable;
  /** Words: progress, hints, errors. */
  readonly stderr: Writable;
  /** Whether a person sits at the other end of stdin and stdout. */
  readonly isTerminal: boolean;
  /** Aborted by SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Calls back on SIGHUP; returns how to stop. */
  readonly hangup: (listener: () => void) => () => void;
}

/** Exit codes of every command. */
export const EXIT = {
  ok: 0,
  /** The answer is no: denied, tampered, invalid, unhealthy. */
  no: 1,
  usage: 2,
  notFound: 3,
  authentication: 4,
  unreachable: 5,
  /** Pending, or timed out. */
  pending: 6,
  internal: 70,
  interrupted: 130,
} as const;

/** Writes, and waits while the reader is slow. A reader that has gone is no failure of ours. */
export function write(stream: Writable, text: string): Promise<void> {
  if (text === "") return Promise.resolve();
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error === null || error === undefined || ("code" in error && error.code === "EPIPE")) resolve();
      else reject(error);
    });
  });
}
