import { StringDecoder } from "node:string_decoder";
import { SluiceError } from "../domain/errors.js";
import { Masking } from "../masking/masking.js";
import type { MaskingPlan } from "../masking/masking-plan.js";
import { PseudonymTable } from "../masking/pseudonyms.js";
import type { StreamMasker } from "../masking/stream-masker.js";
import type { Detector } from "../patterns/detector.js";
import type { Validator } from "../patterns/validators/index.js";
import { builtInSet } from "../policy/surroundings.js";
import { EXIT, type Io, write } from "./io.js";

export interface MaskOptions {
  readonly ndjson: boolean;
  /** Mask the whole input at once instead of as it streams. The result is the same. */
  readonly whole: boolean;
  /** Entities, detector ids or groups, separated by commas; null: all but URL and DATE_TIME. */
  readonly entities: string | null;
  readonly detectors: readonly Detector[];
  readonly validators: ReadonlyMap<string, Validator>;
}

/** `sluice mask`: standard input to standard output, masked. */
export async function mask(options: MaskOptions, io: Io): Promise<number> {
  const plan = planFor(options);
  const scope = { hashKey: new Uint8Array(32), pseudonyms: new PseudonymTable() };
  const open = (): StreamMasker => plan.open("text", scope);
  if (options.ndjson) return maskLines(io, open, options.whole);
  await maskText(io, open(), options.whole);
  return EXIT.ok;
}

function planFor({ entities, detectors: all, validators: known }: MaskOptions): MaskingPlan {
  const named = entities
    ?.split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (named !== undefined && named.length === 0) {
    throw new SluiceError(
      "invalid_request",
      "--entities names nothing; give entities, ids or groups such as pii/*.",
    );
  }
  return Masking.create({ detectors: all, validators: known }).plan([
    { entities: named ?? builtInSet(all), action: "mask" },
  ]);
}

async function maskText(io: Io, masker: StreamMasker, whole: boolean): Promise<void> {
  const decoder = new StringDecoder("utf8");
  const kept: string[] = [];
  for await (const bytes of io.stdin) {
    const text = decoder.write(Buffer.from(bytes));
    if (whole) kept.push(text);
    else await write(io.stdout, masker.feed(text));
  }
  const rest = masker.feed(kept.join("") + decoder.end());
  await write(io.stdout, rest + masker.end());
}

/** Lines longer than this are refused rather than gathered. */
const MAX_LINE_CHARS = 64 << 20;

async function maskLines(io: Io, open: () => StreamMasker, whole: boolean): Promise<number> {
  let code: number = EXIT.ok;
  let number = 0;
  for await (const line of lines(io.stdin)) {
    number++;
    if (line.trim() === "") continue;
    try {
      await write(io.stdout, `${JSON.stringify(maskLine(parseLine(line), open(), whole))}\n`);
    } catch (thrown) {
      code = EXIT.no;
      const message = thrown instanceof SluiceError ? thrown.message : "could not be masked";
      await write(io.stdout, `${JSON.stringify({ error: `line ${number}: ${message}` })}\n`);
    }
  }
  return code;
}

async function* lines(stdin: Io["stdin"]): AsyncGenerator<string> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const bytes of stdin) {
    const parts = (rest + decoder.write(Buffer.from(bytes))).split("\n");
    rest = parts.pop() ?? "";
    if (rest.length > MAX_LINE_CHARS) {
      throw new SluiceError("too_large", `A line is longer than ${MAX_LINE_CHARS} characters.`);
    }
    yield* parts;
  }
  rest += decoder.end();
  if (rest !== "") yield rest;
}

interface Line {
  readonly text: string;
  /** Lengths of the pieces, UTF-16 units. */
  readonly chunks: readonly number[];
}

function parseLine(line: string): Line {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new SluiceError(
      "invalid_request",
      'is not JSON; each line must be an object {"text": "...", "chunks": [3, 1]}',
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SluiceError("invalid_request", 'must be an object {"text": "...", "chunks": [3, 1]}');
  }
  const { text, chunks } = value as { text?: unknown; chunks?: unknown };
  if (typeof text !== "string") throw new SluiceError("invalid_request", "text must be a string");
  if (chunks === undefined) return { text, chunks: [text.length] };
  if (!Array.isArray(chunks) || !chunks.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw new SluiceError("invalid_request", "chunks must be a list of lengths, whole numbers from 0");
  }
  const sizes = chunks as readonly number[];
  const sum = sizes.reduce((total, size) => total + size, 0);
  if (sum !== text.length) {
    throw new SluiceError(
      "invalid_request",
      `chunks add up to ${sum}, but text has ${text.length} UTF-16 units`,
    );
  }
  return { text, chunks: sizes };
}

interface MaskedLine {
  readonly masked: string;
  readonly findings: readonly { readonly entity: string; readonly start: number; readonly end: number }[];
  /** UTF-16 units of input released after each chunk, in all; the final flush is not counted. */
  readonly emitted: readonly number[];
}

function maskLine({ text, chunks }: Line, masker: StreamMasker, whole: boolean): MaskedLine {
  const findings: MaskedLine["findings"][number][] = [];
  const emitted: number[] = [];
  let masked = "";
  const keep = (piece: string): void => {
    masked += piece;
    for (const { entity, inputStart: start, inputEnd: end } of masker.regions)
      findings.push({ entity, start, end });
  };
  let at = 0;
  for (const size of whole ? [text.length] : chunks) {
    keep(masker.feed(text.slice(at, at + size)));
    at += size;
    emitted.push(masker.releasedInput);
  }
  keep(masker.end());
  return { masked, findings, emitted };
}
