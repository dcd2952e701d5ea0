import type { DialectName } from "../domain/entry.js";
import { SluiceError } from "../domain/errors.js";
import type { JsonObject, JsonPath } from "../domain/json.js";
import { foreignInMessages } from "./anthropic-messages/foreign.js";
import { foreignInChat } from "./openai-chat/foreign.js";
import { foreignInCompletions } from "./openai-completions/foreign.js";
import { foreignInResponses } from "./openai-responses/foreign.js";
import type { CompletionRequest, NeutralRequest } from "./request.js";
import { invalid } from "./request-shape.js";

/** What an upstream's dialect has a place for, beyond text, tools, images, sampling and a schema. */
interface Abilities {
  readonly choices: boolean;
  readonly stop: boolean;
  readonly seed: boolean;
  readonly penalties: boolean;
  readonly logprobs: boolean;
  readonly jsonObject: boolean;
  /** To make the model call a tool, any or a certain one. */
  readonly forcedTool: boolean;
  /** To allow one call at a time only. */
  readonly oneCall: boolean;
}

const ALL: Abilities = {
  choices: true,
  stop: true,
  seed: true,
  penalties: true,
  logprobs: true,
  jsonObject: true,
  forcedTool: true,
  oneCall: true,
};

const ABILITIES: Readonly<Record<DialectName, Abilities>> = {
  sluice: ALL,
  "openai-chat": ALL,
  "openai-completions": ALL,
  "openai-responses": { ...ALL, choices: false, stop: false, seed: false, penalties: false },
  "anthropic-messages": {
    ...ALL,
    choices: false,
    seed: false,
    penalties: false,
    logprobs: false,
    jsonObject: false,
  },
  gemini: { ...ALL, logprobs: false, oneCall: false },
  ollama: { ...ALL, choices: false, logprobs: false, forcedTool: false, oneCall: false },
};

type Saying = readonly [needs: keyof Abilities, asked: boolean, field: string, what: string];

/**
 * Checks that a model of another dialect can be asked all that a request asks: what has no place there is refused
 * with the field named, since a caller who hears nothing believes that it counts.
 * @throws SluiceError `invalid_request`.
 */
export function requireTranslatable(request: CompletionRequest, upstream: DialectName): void {
  // The embedded model takes the gateway's own form, and makes the best of every request.
  if (request.dialect === upstream || upstream === "sluice") return;
  if (request.operation === "count_tokens") {
    throw new SluiceError("invalid_request", "The model's connection cannot count tokens.");
  }
  if (upstream === "openai-completions") {
    throw new SluiceError(
      "invalid_request",
      "The model's connection takes plain prompts only; call /v1/completions.",
    );
  }
  const place = foreignIn(request.dialect, request.native);
  if (place !== null) {
    throw invalid(place, "has no place in this model's API, which is another than the one that was called");
  }
  const can = ABILITIES[upstream];
  const names = request.dialect === "sluice" ? SLUICE_NAMES : OPENAI_NAMES;
  for (const [needs, asked, field, what] of sayings(request.neutral, names)) {
    if (asked && !can[needs]) throw invalid([field], what);
  }
}

/** The first place of a request that only its own dialect knows. */
function foreignIn(dialect: DialectName, body: JsonObject): JsonPath | null {
  switch (dialect) {
    case "openai-chat":
      return foreignInChat(body);
    case "openai-completions":
      return foreignInCompletions(body);
    case "openai-responses":
      return foreignInResponses(body);
    case "anthropic-messages":
      return foreignInMessages(body);
    case "sluice":
    case "gemini":
    case "ollama":
      return null;
    default:
      return dialect satisfies never;
  }
}

interface Names {
  readonly choices: string;
  readonly stop: string;
  readonly presence: string;
  readonly frequency: string;
  readonly format: string;
  readonly choice: string;
  readonly parallel: string;
}

const OPENAI_NAMES: Names = {
  choices: "n",
  stop: "stop",
  presence: "presence_penalty",
  frequency: "frequency_penalty",
  format: "response_format",
  choice: "tool_choice",
  parallel: "parallel_tool_calls",
};

const SLUICE_NAMES: Names = {
  choices: "choices",
  stop: "stop",
  presence: "presencePenalty",
  frequency: "frequencyPenalty",
  format: "responseFormat",
  choice: "toolChoice",
  parallel: "parallelToolCalls",
};

/** What a request asks that not every dialect can be asked. A penalty of nothing is none. */
function sayings(neutral: NeutralRequest, names: Names): readonly Saying[] {
  const unknown = "is not known to this model's API; leave it out";
  const { toolChoice, tools } = neutral;
  const isForced = toolChoice?.type === "required" || toolChoice?.type === "tool";
  return [
    ["choices", neutral.choices > 1, names.choices, "must be 1: this model gives one answer to a request"],
    ["stop", neutral.stop.length > 0, names.stop, unknown],
    ["seed", neutral.seed !== null, "seed", unknown],
    ["penalties", (neutral.presencePenalty ?? 0) !== 0, names.presence, unknown],
    ["penalties", (neutral.frequencyPenalty ?? 0) !== 0, names.frequency, unknown],
    ["logprobs", neutral.logprobs, "logprobs", "are not given by this model's API; leave it out"],
    [
      "jsonObject",
      neutral.responseFormat?.type === "json_object",
      names.format,
      "must be a schema or text: this model's API knows no other JSON",
    ],
    ["forcedTool", isForced, names.choice, "must be auto or none: this model's API cannot force a call"],
    [
      "oneCall",
      neutral.parallelToolCalls === false && tools.length > 0,
      names.parallel,
      "must be true: this model's API cannot limit calls to one",
    ],
  ];
}
