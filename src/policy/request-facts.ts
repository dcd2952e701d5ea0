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

/** What conditions see of a request; without a prompt, the least that can be said. */
export function factsOf(
  request: Omit<PolicyRequest, "prompt" | "session"> & { readonly prompt: PromptView | null },
): RequestFacts {
  const { prompt } = request;
  return {
    connection: request.connection.name,
    model: request.model,
    operation: prompt?.operation ?? "generate",
    stream: prompt?.stream ?? true,
    choices: prompt?.choices ?? 1,
    maxTokens: prompt?.maxTokens ?? 0,
    messages: prompt === null ? 0 : messageCount(prompt),
    promptChars: prompt === null ? 0 : promptChars(prompt),
    toolNames: prompt?.toolNames ?? [],
    features: prompt?.features ?? [],
    labels: prompt?.labels ?? {},
  };
}

/** Messages of the conversation; definitions and parameters are none. */
export function messageCount(prompt: PromptView): number {
  const messages = new Set<number>();
  for (const { role, message } of prompt.segments) {
    if (role !== "definition" && role !== "parameter") messages.add(message);
  }
  return messages.size;
}

export function promptChars(prompt: PromptView): number {
  return prompt.segments.reduce((sum, { text }) => sum + text.length, 0);
}
