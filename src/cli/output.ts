import type { JsonValue } from "../domain/json.js";
import type { OutputFlags } from "./flags.js";
import { type Io, write } from "./io.js";

/** Characters by which a text could steer a terminal or deceive its reader: C0 (but tab and line feed), DEL,
 *  C1, and the marks that turn the direction of writing. A carriage return counts unless it ends a line. */
const UNSAFE =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\r(?!\n)/g;

/** Shows what would act on a terminal as `\u001b` and the like. */
export function visible(text: string): string {
  return text.replace(UNSAFE, escaped);
}

/** A text of one line: line ends and tabs are shown too. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll("\r", "\\r").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

/** JSON that is as harmless on a terminal, and means the same. */
export function jsonText(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(UNSAFE, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Data goes to standard output, words to standard error, JSON in one form for all commands. */
export class Output {
  readonly json: boolean;
  readonly #io: Io;
  readonly #quiet: boolean;

  constructor(io: Io, { json, quiet }: OutputFlags) {
    this.#io = io;
    this.json = json;
    this.#quiet = quiet;
  }

  /** As it is: the caller has made it safe. */
  data(text: string): Promise<void> {
    return write(this.#io.stdout, text);
  }

  object(value: JsonValue): Promise<void> {
    return this.data(`${jsonText(value, this.#io.isTerminal ? 2 : 0)}\n`);
  }

  /** One line of a stream. */
  line(value: JsonValue): Promise<void> {
    return this.data(`${jsonText(value)}\n`);
  }

  list(items: readonly JsonValue[], next: string | null): Promise<void> {
    return this.object({ items, next });
  }

  /** Text of the model that is not the answer itself, as it streams; silent with --quiet. */
  aside(text: string): Promise<void> {
    return this.#quiet ? Promise.resolve() : write(this.#io.stderr, text);
  }

  /** Ends a line that the model left open, for who watches; an answer that goes into a file stays exact. */
  breakLine(of: "answer" | "aside"): Promise<void> {
    if (of === "aside") return this.aside("\n");
    return this.#io.isTerminal ? this.data("\n") : Promise.resolve();
  }

  /** For people; silent with --quiet. */
  word(text: string): Promise<void> {
    return this.#quiet ? Promise.resolve() : write(this.#io.stderr, `${text}\n`);
  }
}
