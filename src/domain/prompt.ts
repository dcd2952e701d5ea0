import type { JsonPath } from "./json.js";

/** Where a piece of prompt text comes from. */
export type PromptRole = "system" | "user" | "assistant" | "tool" | "definition" | "parameter";

/**
 * One piece of text that a request carries to the model: a part of a message, system text, the text
 * of a tool definition or of a tool's result. Every string that the model will read is in one.
 */
export interface PromptSegment {
  readonly role: PromptRole;
  /** Number of the message it belongs to; parts of one message share it. System text and definitions
   *  have numbers of their own. */
  readonly message: number;
  readonly text: string;
  /** Where it stands in the request's native body. */
  readonly path: JsonPath;
  /** `json`: the string is JSON text (tool arguments): judged decoded as well as raw. */
  readonly syntax: "text" | "json";
}

/** What a policy must name (`permit:`) before a request may use it. */
export const REQUEST_FEATURES = [
  "images",
  "audio",
  "files",
  "remoteUrls",
  "hostedTools",
  "mcp",
  "providerState",
  "storedPrompts",
  "background",
] as const;
export type RequestFeature = (typeof REQUEST_FEATURES)[number];

/** What the PDP sees of a request. */
export interface PromptView {
  readonly segments: readonly PromptSegment[];
  readonly features: readonly RequestFeature[];
  readonly operation: "generate" | "count_tokens";
  readonly choices: number;
  /** Completion tokens that the caller asked for; null: not said. */
  readonly maxTokens: number | null;
  readonly stream: boolean;
  readonly toolNames: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** What a request is seen as that has text and nothing else. */
export function textPrompt(segments: readonly PromptSegment[]): PromptView {
  return {
    segments,
    features: [],
    operation: "generate",
    choices: 1,
    maxTokens: null,
    stream: true,
    toolNames: [],
    labels: {},
  };
}
