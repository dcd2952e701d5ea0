/** Encodings whose tables are at hand. */
export type Encoding = "o200k_base" | "cl100k_base";

/** Model names by what they begin with, as OpenAI publishes them (tiktoken, `model.py`). Longest first. */
const KNOWN: readonly (readonly [string, Encoding])[] = [
  ["chatgpt-4o", "o200k_base"],
  ["gpt-oss", "o200k_base"],
  ["gpt-4.1", "o200k_base"],
  ["gpt-4.5", "o200k_base"],
  ["gpt-4o", "o200k_base"],
  ["gpt-5", "o200k_base"],
  ["o1", "o200k_base"],
  ["o3", "o200k_base"],
  ["o4", "o200k_base"],
  ["gpt-3.5", "cl100k_base"],
  ["gpt-4", "cl100k_base"],
];

/** The encoding of a model; null where it is not published, and a bound has to do. */
export function encodingOf(model: string): Encoding | null {
  const name = model.slice(model.lastIndexOf("/") + 1).toLowerCase();
  const found = KNOWN.find(([start]) => name.startsWith(start) && !isWordChar(name[start.length]));
  return found?.[1] ?? null;
}

/** `o3` is not the beginning of `o3lite`: after a known name comes a separator, or nothing. */
function isWordChar(char: string | undefined): boolean {
  return char !== undefined && ((char >= "a" && char <= "z") || (char >= "0" && char <= "9"));
}
