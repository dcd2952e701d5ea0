import type { PromptSegment } from "../../domain/prompt.js";

/** Counts the tokens of a prompt. */
export interface TokenCounter {
  /** Tokens of the segments for the model; an upper bound where its tokenizer is not known. Never less
   *  than what the model will count, and never waits long: a count that takes too long is a bound. */
  count(segments: readonly PromptSegment[], model: string): Promise<number>;
}
