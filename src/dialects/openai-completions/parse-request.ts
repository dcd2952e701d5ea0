import type { JsonObject, JsonPath } from "../../domain/json.js";
import type { Steps } from "../../domain/pace.js";
import type { ParseOptions } from "../dialect.js";
import { listAt, numberAt } from "../json-place.js";
import { samplingOf } from "../openai-chat/neutral.js";
import { commonOf, withPassFields } from "../openai-chat/parse-request.js";
import type { CompletionRequest } from "../request.js";
import { invalid, object, readRequest, type SegmentPlace } from "../request-shape.js";
import { COMPLETIONS_REQUEST } from "./request-fields.js";

/** Reads a request of `POST /v1/completions`. */
export function* parseCompletionsRequest(body: JsonObject, options: ParseOptions): Steps<CompletionRequest> {
  const shape = object(withPassFields(COMPLETIONS_REQUEST, options.passFields), ["model", "prompt"]);
  const read = yield* readRequest(body, shape, placeOf);
  const n = numberAt(body, "n") ?? 1;
  if (n < 1 || n > 128) throw invalid(["n"], "must be between 1 and 128");
  const prompts = promptsOf(body);
  const sampling = samplingOf(body);
  return {
    dialect: "openai-completions",
    ...commonOf(body),
    neutral: {
      messages: prompts.map((text) => ({ role: "user", parts: [{ type: "text", text }] })),
      tools: [],
      toolChoice: null,
      parallelToolCalls: null,
      ...sampling,
      choices: n * Math.max(1, prompts.length),
      maxTokens: numberAt(body, "max_tokens"),
      responseFormat: null,
      reasoningEffort: null,
      logprobs: numberAt(body, "logprobs") !== null,
      topLogprobs: numberAt(body, "logprobs"),
    },
    segments: read.segments,
    features: read.features,
  };
}

function promptsOf(body: JsonObject): readonly string[] {
  const prompt = body["prompt"];
  if (typeof prompt === "string") return [prompt];
  return listAt(body, "prompt").filter((entry) => typeof entry === "string");
}

/** Each prompt is a conversation of its own; the suffix is prompt text too. */
function placeOf(path: JsonPath): SegmentPlace {
  const [first, at] = path;
  if (first === "prompt") return { role: "user", message: typeof at === "number" ? at : 0 };
  if (first === "suffix") return { role: "user", message: 128 };
  return { role: "parameter", message: 129 };
}
