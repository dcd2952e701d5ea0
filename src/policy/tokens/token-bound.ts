import { PAUSE, type Steps } from "../../domain/pace.js";
import type { PromptSegment } from "../../domain/prompt.js";

/** Characters counted between two pauses. */
const CHARS_A_STEP = 64 * 1024;
/** What a chat template puts around each message and before the answer; OpenAI's is 3 and 3. */
const PER_MESSAGE = 4;
const PER_PROMPT = 3;
/** The structure around one text of a tool definition; its own text is counted. */
const PER_DEFINITION = 12;

/** Tokens of a request that are not in its text. */
export function frameTokens(segments: readonly PromptSegment[]): number {
  const messages = new Set<number>();
  let definitions = 0;
  for (const { role, message } of segments) {
    messages.add(message);
    if (role === "definition" || role === "parameter") definitions++;
  }
  return PER_PROMPT + PER_MESSAGE * messages.size + PER_DEFINITION * definitions;
}

/** No tokenizer that can express every text makes more tokens than UTF-8 bytes. */
export function byteBound(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

/** Characters of a text by how tokenizers treat them. */
export interface Census {
  readonly letters: number;
  /** UTF-8 bytes of everything but ASCII letters and the single blanks between words. */
  readonly others: number;
}

export function* takeCensus(texts: readonly string[]): Steps<Census> {
  let letters = 0;
  let others = 0;
  for (const text of texts) {
    for (let at = 0; at < text.length; at += CHARS_A_STEP) {
      const part = censusOf(text, at, Math.min(text.length, at + CHARS_A_STEP));
      letters += part.letters;
      others += part.others;
      yield PAUSE;
    }
    others++;
  }
  return { letters, others: Math.max(0, others - 1) };
}

function censusOf(text: string, from: number, to: number): Census {
  let letters = 0;
  let others = 0;
  let blank = from > 0 && text.charCodeAt(from - 1) === 0x20;
  for (let index = from; index < to; index++) {
    const code = text.charCodeAt(index);
    const second = blank;
    blank = code === 0x20;
    if ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a) letters++;
    else if (!blank || second) others += code < 0x80 ? 1 : code < 0x800 ? 2 : isSurrogate(code) ? 2 : 3;
  }
  return { letters, others };
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}

/**
 * A bound for models whose tokenizer is not published: twice what OpenAI's makes of it, or a token for
 * every two letters and for every byte of anything else, whichever is more, and never above bytes.
 * docs/policy.md has the measurement behind it.
 */
export function unknownModelBound(counted: number, census: Census, bytes: number): number {
  return Math.min(bytes, Math.max(2 * counted, Math.ceil(census.letters / 2) + census.others));
}
