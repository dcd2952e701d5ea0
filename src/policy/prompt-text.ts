import type { PromptRole, PromptSegment } from "../domain/prompt.js";
import { encodedTexts } from "./encoded-text.js";
import { jsonStrings } from "./json-strings.js";

/** A stretch of a view and the segment that it came from. */
interface Piece {
  readonly segment: number;
  readonly message: number;
  /** In the view. */
  readonly start: number;
  readonly end: number;
  /** In the segment; null where the piece is decoded text that has no offsets there. */
  readonly from: number | null;
}

/** One way of reading a prompt: the text that rules scan. */
export interface PromptText {
  readonly text: string;
  readonly pieces: readonly Piece[];
  /** The message all of it belongs to; null where it joins several. */
  readonly message: number | null;
}

interface Part {
  readonly segment: number;
  readonly message: number;
  readonly text: string;
  readonly from: number | null;
}

/** Strings inside one JSON segment that are looked at singly; more are still seen joined and raw. */
const MAX_STRINGS = 10_000;

/**
 * Every way of reading the segments whose role is among `roles`: each part by itself, each message
 * joined, the whole conversation joined and the text of each role joined, once with nothing and once
 * with a space between, since a phrase can be cut inside a word or between two. JSON text is read
 * decoded as well as raw, and what stands in base64 or hex is read too.
 */
export function* promptTexts(
  segments: readonly PromptSegment[],
  roles: readonly PromptRole[] | null,
): Generator<PromptText> {
  const seen = new Set<string>();
  const numbered = segments
    .map((segment, index) => ({ segment, index }))
    .filter(({ segment }) => roles === null || roles.includes(segment.role));
  for (const reading of readings(numbered)) {
    const key = `${reading.message ?? ""}:${reading.text}`;
    if (reading.text === "" || seen.has(key)) continue;
    seen.add(key);
    yield reading;
  }
}

interface Numbered {
  readonly segment: PromptSegment;
  readonly index: number;
}

function* readings(numbered: readonly Numbered[]): Generator<PromptText> {
  const raw = numbered.map(rawPart);
  for (const part of raw) yield joined([part], "");
  const decoded = numbered.flatMap((each) =>
    each.segment.syntax === "json" ? decodedParts(each) : [rawPart(each)],
  );
  for (const part of decoded.slice(0, MAX_STRINGS)) yield joined([part], "");
  for (const part of decoded.slice(0, MAX_STRINGS)) {
    for (const text of encodedTexts(part.text)) yield joined([{ ...part, text, from: null }], "");
  }
  for (const parts of [raw, decoded]) yield* joins(parts);
  for (const role of new Set(numbered.map(({ segment }) => segment.role))) {
    const own = new Set(numbered.filter(({ segment }) => segment.role === role).map(({ index }) => index));
    if (own.size > 1 && own.size < numbered.length)
      yield* joins(decoded.filter(({ segment }) => own.has(segment)));
  }
}

function* joins(parts: readonly Part[]): Generator<PromptText> {
  for (const message of byMessage(parts)) {
    yield joined(message, "");
    yield joined(message, " ");
  }
  yield joined(parts, "");
  yield joined(parts, " ");
  const messages = byMessage(parts);
  if (messages.some((message) => message.length > 1) && messages.length > 1) yield joinedMessages(messages);
}

function byMessage(parts: readonly Part[]): readonly (readonly Part[])[] {
  const messages = new Map<number, Part[]>();
  for (const part of parts) {
    const own = messages.get(part.message);
    if (own === undefined) messages.set(part.message, [part]);
    else own.push(part);
  }
  return [...messages.values()];
}

function joined(parts: readonly Part[], between: string): PromptText {
  const pieces: Piece[] = [];
  let length = 0;
  for (const part of parts) {
    if (pieces.length > 0) length += between.length;
    const { segment, message, from } = part;
    pieces.push({ segment, message, from, start: length, end: length + part.text.length });
    length += part.text.length;
  }
  const [first] = parts;
  const one = first !== undefined && parts.every(({ message }) => message === first.message);
  return { text: parts.map(({ text }) => text).join(between), pieces, message: one ? first.message : null };
}

/** The parts of a message as one text, the messages apart. */
function joinedMessages(messages: readonly (readonly Part[])[]): PromptText {
  const pieces: Piece[] = [];
  const texts: string[] = [];
  let length = 0;
  for (const message of messages) {
    const own = joined(message, "");
    if (texts.length > 0) length += 1;
    pieces.push(
      ...own.pieces.map((piece) => ({ ...piece, start: piece.start + length, end: piece.end + length })),
    );
    length += own.text.length;
    texts.push(own.text);
  }
  return { text: texts.join(" "), pieces, message: null };
}

function rawPart({ segment, index }: Numbered): Part {
  return { segment: index, message: segment.message, text: segment.text, from: 0 };
}

function decodedParts({ segment, index }: Numbered): readonly Part[] {
  const parts: Part[] = [];
  for (const { text } of jsonStrings(segment.text)) {
    parts.push({ segment: index, message: segment.message, text, from: null });
    if (looksLikeJson(text)) {
      for (const inner of jsonStrings(text)) {
        parts.push({ segment: index, message: segment.message, text: inner.text, from: null });
      }
    }
  }
  return parts;
}

/** JSON inside a JSON string, as tools that pass arguments along make it. */
function looksLikeJson(text: string): boolean {
  const trimmed = text.trimStart();
  return trimmed.startsWith("{") || trimmed.startsWith("[");
}

/** Where in the segments a match of a view stands; a decoded piece gives its whole segment. */
export function placesOf(
  view: PromptText,
  match: { readonly start: number; readonly end: number },
  segments: readonly PromptSegment[],
): readonly { readonly segment: number; readonly start: number; readonly end: number }[] {
  const places = [];
  for (const piece of view.pieces) {
    const start = Math.max(match.start, piece.start);
    const end = Math.min(match.end, piece.end);
    if (start >= end) continue;
    const { segment, from } = piece;
    if (from === null) places.push({ segment, start: 0, end: segments[segment]?.text.length ?? 0 });
    else places.push({ segment, start: from + start - piece.start, end: from + end - piece.start });
  }
  return places;
}
