import { NO_SIGNATURE } from "../gemini/no-signature.js";
import { valueAt } from "../json-place.js";
import { openaiClient } from "../openai/client.js";
import type { CompletionRequest } from "../request.js";
import type { Replacement } from "../request-texts.js";
import { parseChatRequest } from "./parse-request.js";
import { ChatPlainEncoder } from "./plain-encoder.js";
import { ChatStreamEncoder } from "./stream-encoder.js";

/** The signature of a call stands for the very arguments that it came with. */
function withoutStaleSeals(
  { segments, native }: CompletionRequest,
  texts: ReadonlyMap<number, string>,
): readonly Replacement[] {
  return [...texts].flatMap(([index, text]): readonly Replacement[] => {
    const segment = segments[index];
    if (segment?.path.at(-1) !== "arguments" || segment.text === text) return [];
    const path = [...segment.path.slice(0, -2), "extra_content", "google", "thought_signature"];
    return valueAt(native, path) === undefined ? [] : [{ path, text: NO_SIGNATURE }];
  });
}

/** The caller's edge of OpenAI chat completions. */
export const chatClient = openaiClient({
  name: "openai-chat",
  parse: parseChatRequest,
  along: withoutStaleSeals,
  streamEncoder: (options) => new ChatStreamEncoder(options),
  plainEncoder: () => new ChatPlainEncoder(),
  terminator: "data: [DONE]\n\n",
});
