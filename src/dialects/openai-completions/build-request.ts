import type { BuildOptions, BuiltRequest } from "../dialect.js";
import { streamOptions } from "../openai-chat/build-request.js";
import type { CompletionRequest } from "../request.js";

/** Writes the upstream request of completions. */
export function buildCompletionsRequest(request: CompletionRequest, options: BuildOptions): BuiltRequest {
  const body = {
    ...request.native,
    ...streamOptions(request.native, request.stream),
    model: options.model,
    ...(options.maxTokens === null ? {} : { max_tokens: options.maxTokens }),
  };
  return { path: "/completions", body: JSON.stringify(body), headers: {} };
}
