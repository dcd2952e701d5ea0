import type { DialectName } from "../domain/entry.js";
import type { JsonObject } from "../domain/json.js";
import type { PromptSegment, PromptView, RequestFeature } from "../domain/prompt.js";

/** A part of a message in terms that every dialect can express. */
export type Part =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "refusal"; readonly text: string }
  | { readonly type: "reasoning"; readonly text: string; readonly signature: string | null }
  | {
      readonly type: "tool_call";
      readonly id: string;
      readonly name: string;
      /** JSON text for a function, free text for a custom tool. */
      readonly arguments: string;
    }
  | {
      readonly type: "tool_result";
      readonly toolCallId: string;
      readonly text: string;
      readonly isError: boolean;
    }
  /** Only where a policy permits it; `data` is base64. */
  | { readonly type: "image"; readonly mediaType: string; readonly data: string };

export interface Message {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly parts: readonly Part[];
}

export interface ToolDefinition {
  readonly name: string;
  readonly description: string | null;
  /** JSON Schema of the arguments. */
  readonly parameters: JsonObject | null;
  readonly strict: boolean | null;
}

export type ToolChoice =
  | { readonly type: "auto" | "none" | "required" }
  | { readonly type: "tool"; readonly name: string };

/** The request in terms that every dialect can express; system text is a message in its place. */
export interface NeutralRequest {
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDefinition[];
  readonly toolChoice: ToolChoice | null;
  readonly parallelToolCalls: boolean | null;
  readonly maxTokens: number | null;
  readonly choices: number;
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly stop: readonly string[];
  readonly seed: number | null;
  readonly presencePenalty: number | null;
  readonly frequencyPenalty: number | null;
  readonly responseFormat:
    | { readonly type: "text" }
    | { readonly type: "json_object" }
    | {
        readonly type: "json_schema";
        readonly name: string;
        readonly schema: JsonObject;
        readonly strict: boolean | null;
      }
    | null;
  /** `minimal`, `low`, `medium`, `high` or the dialect's own word. */
  readonly reasoningEffort: string | null;
  readonly logprobs: boolean;
  readonly topLogprobs: number | null;
  readonly includeUsage: boolean;
}

/**
 * A request, parsed once and strictly. `native` is the body in the caller's dialect with every key known;
 * the upstream body is built from it (same dialect) or from `neutral` (another), never from the caller's bytes.
 */
export interface CompletionRequest {
  readonly dialect: DialectName;
  readonly operation: "generate" | "count_tokens";
  readonly model: string;
  readonly stream: boolean;
  readonly native: JsonObject;
  readonly neutral: NeutralRequest;
  readonly segments: readonly PromptSegment[];
  readonly features: readonly RequestFeature[];
  readonly labels: Readonly<Record<string, string>>;
  /** Provider headers that the dialect passes on (`anthropic-version`, `anthropic-beta`), lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Earlier turn to expand before judging (Responses): its id, else null. */
  readonly previousResponseId: string | null;
}

export function promptView(request: CompletionRequest): PromptView {
  return {
    segments: request.segments,
    features: request.features,
    operation: request.operation,
    choices: request.neutral.choices,
    maxTokens: request.neutral.maxTokens,
    stream: request.stream,
    toolNames: request.neutral.tools.map((tool) => tool.name),
    labels: request.labels,
  };
}
