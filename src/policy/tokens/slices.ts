/** Units of text that one step of a count reads at most, and the longest stretch without a safe cut. */
export const SLICE_CHARS = 8192;
const STRETCH_CHARS = 512;

export interface Slice {
  readonly text: string;
  /** The cut after it may have split a token: one more is counted. */
  readonly forced: boolean;
}

/**
 * Cuts a text so that the tokens of the slices are the tokens of the text. Before a single blank
 * between two words every tokenizer of the GPT family begins a new token; where there is none for long,
 * which is what makes byte-pair merging take the square of the length, the cut is forced.
 */
export function* slicesOf(text: string): Generator<Slice> {
  let start = 0;
  let safe = 0;
  for (let index = 1; index < text.length; index++) {
    if (isSafeCut(text, index)) {
      if (index - start >= SLICE_CHARS) {
        yield { text: text.slice(start, index), forced: false };
        start = index;
      }
      safe = index;
    } else if (index - Math.max(safe, start) >= STRETCH_CHARS && !isLowSurrogate(text, index)) {
      yield { text: text.slice(start, index), forced: true };
      start = index;
      safe = index;
    }
  }
  if (start < text.length) yield { text: text.slice(start), forced: false };
}

function isSafeCut(text: string, index: number): boolean {
  return (
    text.charCodeAt(index) === 0x20 &&
    isWord(text.charCodeAt(index - 1)) &&
    isWord(text.charCodeAt(index + 1))
  );
}

/** ASCII letters and digits: with them on both sides there is no doubt how the text is split. */
function isWord(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a);
}

function isLowSurrogate(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 0xdc00 && code <= 0xdfff;
}
