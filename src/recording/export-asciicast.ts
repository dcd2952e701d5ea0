import type { Entry } from "../domain/entry.js";
import { readAll } from "./read-all.js";
import { ReplayScale } from "./replay-clock.js";
import type { SessionReader } from "./session-reader.js";

export interface AsciicastOptions {
  /** Size of the terminal. Default 80 by 24. */
  readonly columns?: number;
  readonly rows?: number;
}

/**
 * A log as a terminal recording, asciicast v3: what was released on the channels of text and reasoning, at
 * its recorded pace without the waits; decisions and the ending are markers. Control characters of
 * the model's text are shown, never sent: a recording that is played must not steer the terminal.
 * @see https://docs.asciinema.org/manual/asciicast/v3/
 */
export async function* exportAsciicast(
  reader: SessionReader,
  options: AsciicastOptions = {},
): AsyncGenerator<string> {
  const { opened } = reader;
  yield JSON.stringify({
    version: 3,
    term: { cols: options.columns ?? 80, rows: options.rows ?? 24 },
    timestamp: Math.floor(opened.openedAtMs / 1000),
    title: `${opened.connection} ${visible(opened.model)} ${opened.session}`,
  });
  const scale = new ReplayScale();
  let lastUs = 0;
  for await (const entry of readAll(reader)) {
    const playedUs = scale.next(entry);
    const event = eventOf(entry);
    if (event === null) continue;
    const interval = Math.round((playedUs - lastUs) / 1000) / 1000;
    // The next interval counts from what was written, so that rounding does not add up.
    lastUs += Math.round(interval * 1e6);
    for (const [index, [code, data]] of event.entries())
      yield JSON.stringify([index === 0 ? interval : 0, code, data]);
  }
}

function eventOf(entry: Entry): readonly (readonly ["o" | "m" | "x", string])[] | null {
  switch (entry.type) {
    case "chunk":
      return [["o", visible(entry.text).replaceAll("\n", "\r\n")]];
    case "decided":
      return [["m", `decided: ${entry.effect}`]];
    case "review_requested":
      return [["m", "review requested"]];
    case "review_decided":
      return [["m", `review: ${entry.outcome}`]];
    case "ended":
      return [
        ["m", `ended: ${entry.outcome}`],
        ["x", entry.outcome === "complete" ? "0" : "1"],
      ];
    default:
      return null;
  }
}

const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Control characters and direction marks as `<U+001B>`. */
function visible(text: string): string {
  return text.replace(
    UNSAFE,
    (unit) => `<U+${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}>`,
  );
}
