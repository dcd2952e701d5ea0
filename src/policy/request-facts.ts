import type { DialectName } from "../domain/entry.js";
import type { Principal } from "../domain/principal.js";
import type { PromptView } from "../domain/prompt.js";
import type { RequestFacts } from "./condition.js";

/** A request as the PDP is asked about it. */
export interface PolicyRequest {
  readonly principal: Principal;
  readonly connection: { readonly name: string; readonly dialect: DialectName };
  /** As the caller named it. */
  readonly model: string;
  readonly session: string;
  readonly prompt: PromptView;
}

/** What is counted of a prompt, once for all rules and conditions. */
export interface PromptMeasure {
  /** Messages of the conversation; definitions and parameters are none. */
  readonly messages: number;
  /** UTF-16 units of its text. */
  readonly chars: number;
}

/** What conditions see of a request; without a prompt, the least that can be said. */
export function factsOf(
  request: Omit<PolicyRequest, "prompt" | "session"> & { readonly prompt: PromptView | null },
  measure: PromptMeasure,
): RequestFacts {
  const { prompt } = request;
  return {
    connection: request.connection.name,
    model: request.model,
    operation: prompt?.operation ?? "generate",
    stream: prompt?.stream ?? true,
    choices: prompt?.choices ?? 1,
    maxTokens: prompt?.maxTokens ?? 0,
    messages: measure.messages,
    promptChars: measure.chars,
    toolNames: prompt?.toolNames ?? [],
    features: prompt?.features ?? [],
    labels: prompt?.labels ?? {},
  };
}

/** Measures a prompt when it is first asked for: most policies never ask. */
export function measureOnce(prompt: PromptView | null): () => PromptMeasure {
  let measure: PromptMeasure | null = null;
  return () => {
    measure ??= measureOf(prompt);
    return measure;
  };
}

function measureOf(prompt: PromptView | null): PromptMeasure {
  const messages = new Set<number>();
  let chars = 0;
  for (const { role, message, text } of prompt?.segments ?? []) {
    if (role !== "definition" && role !== "parameter") messages.add(message);
    chars += text.length;
  }
  return { messages: messages.size, chars };
}
