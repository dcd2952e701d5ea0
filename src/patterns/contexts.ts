import type { Detector } from "./detector.js";

/** Default reach of a context word, UTF-16 units between its end and the start of the match. */
export const DEFAULT_CONTEXT_CHARS = 60;

/**
 * Which context words open which group of detectors. Detectors with the same words and the same
 * reach share a group; a group is open for matches that start within reach of one of its words.
 */
export interface Contexts {
  readonly words: readonly string[];
  /** Groups that a word opens, by index of the word. */
  readonly groupsOfWord: readonly (readonly number[])[];
  /** Reach of each group. */
  readonly reach: readonly number[];
  /** Group of each rule; -1 for a rule that asks for no context. */
  readonly groupOfRule: Int32Array;
}

export function buildContexts(detectors: readonly Detector[]): Contexts {
  const groups = new Map<string, number>();
  const reach: number[] = [];
  const wordGroups = new Map<string, number[]>();
  const groupOfRule = Int32Array.from(detectors, (detector) => {
    if (detector.context === undefined || detector.context.length === 0) return -1;
    const words = [...new Set(detector.context.map((word) => word.trim().toLowerCase()))].sort();
    const chars = detector.contextChars ?? DEFAULT_CONTEXT_CHARS;
    const key = JSON.stringify([chars, words]);
    let group = groups.get(key);
    if (group === undefined) {
      group = reach.push(chars) - 1;
      groups.set(key, group);
      for (const word of words) wordGroups.set(word, [...(wordGroups.get(word) ?? []), group]);
    }
    return group;
  });
  return { words: [...wordGroups.keys()], groupsOfWord: [...wordGroups.values()], reach, groupOfRule };
}
