import type { JsonObject } from "../../domain/json.js";
import { stringAt } from "../json-place.js";
import type { ChatGrammar } from "../openai-chat/grammar.js";
import { alternativesIn, tokensOver } from "../token-text.js";
import { COMPLETION_FIELDS } from "./fields.js";
import { entriesOf } from "./logprobs.js";

/** Completions: a choice holds its text itself. */
export const COMPLETIONS_GRAMMAR: ChatGrammar = {
  chunkFields: COMPLETION_FIELDS,
  bodyFields: COMPLETION_FIELDS,
  chunkMessage: (choice: JsonObject) => ({ path: [], value: choice }),
  bodyMessage: (choice: JsonObject) => ({ path: [], value: choice }),
  placesOf(choice, { jsonContent }) {
    const text = stringAt(choice, "text");
    if (text === null) return [];
    const syntax = jsonContent ? "json" : "text";
    const shape = { kind: "text", index: 0, toolCallId: null, toolName: null, syntax } as const;
    return [{ path: ["text"], text, key: "text", shape, logprobs: "content" }];
  },
  logprobTokens(found, logprobs) {
    const entries = entriesOf(logprobs);
    return entries === null || entries.length === 0 ? null : tokensOver(found.text, entries);
  },
  alternatives: (logprobs) => (entriesOf(logprobs) ?? []).flatMap(alternativesIn),
  columns: true,
  logprobsPlace: () => ["logprobs"],
};
