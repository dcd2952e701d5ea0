import { mapInSteps, PAUSE, type Pause, type Steps } from "../domain/pace.js";
import type { PromptRole, PromptSegment } from "../domain/prompt.js";
import { encodedTexts } from "./encoded-text.js";
import { jsonStrings } from "./json-strings.js";

/** A stretch of a view and the segment that it came from. */
interface Piece {
  readonly segment: number;
  /** In the view. */
  readonly start: number;
  readonly end: number;
  /** In the segment; null where the piece is decoded text that has no offsets there. */
  readonly from: number | null;
}

/** One way of reading a prompt: the text that rules scan. */
export interface PromptText {
  readonly text: string;
  /** In the order of the text. */
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

/** Strings inside JSON segments that are looked at singly; all are seen joined and raw. */
const MAX_STRINGS = 1000;
/** Parts between two pauses. */
const PARTS_A_STEP = 500;

/**
 * Every way of reading the segments whose role is among `roles`: each part by itself, each message
 * joined, the whole conversation joined and the text of each role joined, once with nothing and once
 * with a space between, since a phrase can be cut inside a word or between two. JSON text is read
 * decoded as well as raw, and what stands in base64 or hex is read too. Comes with pauses, at which
 * whoever iterates may give way to others.
 */
export function* promptTexts(
  segments: readonly PromptSegment[],
  roles: readonly PromptRole[] | null,
): Generator<PromptText | Pause> {
  const seen = new Set<string>();
  const all = yield* mapInSteps(segments, (segment, index) => ({ segment, index }));
  const numbered = all.filter(({ segment }) => roles === null || roles.includes(segment.role));
  for (const reading of readings(numbered)) {
    if (reading === PAUSE) {
      yield PAUSE;
      continue;
    }
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

type Reading = PromptText | Pause;

function* readings(numbered: readonly Numbered[]): Generator<Reading> {
  const raw = yield* mapInSteps(numbered, rawPart);
  for (const part of raw) yield yield* joined([part], "");
  const decoded = yield* decodedParts(numbered);
  for (const part of decoded.slice(0, MAX_STRINGS + raw.length)) yield yield* joined([part], "");
  for (const part of decoded) yield* encodedReadings(part);
  for (const parts of decoded.length === raw.length ? [decoded] : [raw, decoded]) yield* joins(parts);
  for (const own of (yield* byRole(numbered)).values()) {
    if (own.size < 2 || own.size === numbered.length) continue;
    yield* joins(decoded.filter(({ segment }) => own.has(segment)));
  }
}

/** Indexes of the segments of each role. */
function* byRole(numbered: readonly Numbered[]): Steps<ReadonlyMap<PromptRole, ReadonlySet<number>>> {
  const roles = new Map<PromptRole, Set<number>>();
  for (const { segment, index } of numbered) {
    const own = roles.get(segment.role);
    if (own === undefined) roles.set(segment.role, new Set([index]));
    else own.add(index);
    yield PAUSE;
  }
  return roles;
}

function* encodedReadings(part: Part): Generator<Reading> {
  for (const text of encodedTexts(part.text)) {
    if (text === PAUSE) yield PAUSE;
    else yield yield* joined([{ ...part, text, from: null }], "");
  }
}

function* joins(parts: readonly Part[]): Generator<Reading> {
  const messages = yield* byMessage(parts);
  for (const message of messages) {
    yield yield* joined(message, "");
    yield yield* joined(message, " ");
  }
  yield yield* joined(parts, "");
  yield yield* joined(parts, " ");
  const severalParts = messages.some((message) => message.length > 1);
  if (severalParts && messages.length > 1) yield yield* joined(yield* mergedMessages(messages), " ");
}

function* byMessage(parts: readonly Part[]): Steps<readonly (readonly Part[])[]> {
  const messages = new Map<number, Part[]>();
  for (const part of parts) {
    const own = messages.get(part.message);
    if (own === undefined) messages.set(part.message, [part]);
    else own.push(part);
    yield PAUSE;
  }
  return [...messages.values()];
}

function* joined(parts: readonly Part[], between: string): Steps<PromptText> {
  const pieces: Piece[] = [];
  let length = 0;
  for (const { segment, from, text } of parts) {
    if (pieces.length > 0) length += between.length;
    pieces.push({ segment, from, start: length, end: length + text.length });
    length += text.length;
    if (pieces.length % PARTS_A_STEP === 0) yield PAUSE;
  }
  if (parts.length > PARTS_A_STEP) yield PAUSE;
  const [first] = parts;
  const one = first !== undefined && parts.every(({ message }) => message === first.message);
  return { text: parts.map(({ text }) => text).join(between), pieces, message: one ? first.message : null };
}

/** The parts of a message as one text each. Where a match stands in it, is told by its first segment. */
function* mergedMessages(messages: readonly (readonly Part[])[]): Steps<readonly Part[]> {
  const merged: Part[] = [];
  for (const message of messages) {
    const { text } = yield* joined(message, "");
    yield PAUSE;
    const [first] = message;
    if (first !== undefined) merged.push({ ...first, text, from: message.length === 1 ? first.from : null });
  }
  return merged;
}

function rawPart({ segment, index }: Numbered): Part {
  return { segment: index, message: segment.message, text: segment.text, from: 0 };
}

/** Every segment, JSON ones as the strings in them; and as those in strings that are JSON themselves. */
function* decodedParts(numbered: readonly Numbered[]): Steps<readonly Part[]> {
  const parts: Part[] = [];
  for (const each of numbered) {
    if (each.segment.syntax === "text") {
      parts.push(rawPart(each));
      continue;
    }
    const part = (text: string): Part => ({
      segment: each.index,
      message: each.segment.message,
      text,
      from: null,
    });
    for (const found of jsonStrings(each.segment.text)) {
      yield PAUSE;
      if (found === PAUSE) continue;
      parts.push(part(found.text));
      if (!looksLikeJson(found.text)) continue;
      for (const inner of jsonStrings(found.text)) {
        if (inner === PAUSE) yield PAUSE;
        else parts.push(part(inner.text));
      }
    }
  }
  return parts;
}

/** JSON inside a JSON string, as tools that pass arguments along make it. */
function looksLikeJson(text: string): boolean {
  const first = text.slice(0, 64).trimStart()[0];
  return first === "{" || first === "[";
}

/** Where in the segments a match of a view stands; a decoded piece gives its whole segment. */
export function placesOf(
  view: PromptText,
  match: { readonly start: number; readonly end: number },
  segments: readonly PromptSegment[],
): readonly { readonly segment: number; readonly start: number; readonly end: number }[] {
  const places = [];
  for (let index = firstPieceAfter(view.pieces, match.start); index < view.pieces.length; index++) {
    const piece = view.pieces[index];
    if (piece === undefined || piece.start >= match.end) break;
    const start = Math.max(match.start, piece.start);
    const end = Math.min(match.end, piece.end);
    if (start >= end) continue;
    const { segment, from } = piece;
    if (from === null) places.push({ segment, start: 0, end: segments[segment]?.text.length ?? 0 });
    else places.push({ segment, start: from + start - piece.start, end: from + end - piece.start });
  }
  return places;
}

/** Index of the first piece that ends after `position`; pieces stand in order. */
function firstPieceAfter(pieces: readonly Piece[], position: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces[middle]?.end ?? 0) <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}
