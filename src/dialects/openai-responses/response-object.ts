import type { Entry, Usage } from "../../domain/entry.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../domain/json.js";
import type { EncoderOptions } from "../dialect.js";
import type { LogReader } from "../log-reader.js";
import { withoutCredentials } from "./fields.js";
import { responseIdOf } from "./response-id.js";
import { usageBody } from "./usage.js";

/** The request of a log: the caller's own where this is its live answer, else the recorded, masked one. */
export class AskedRequest {
  #body: JsonObject | null;

  constructor(options: EncoderOptions) {
    const { request } = options;
    this.#body = request?.dialect === "openai-responses" ? request.native : null;
  }

  get body(): JsonObject | null {
    return this.#body;
  }

  read(entry: Entry): void {
    if (entry.type !== "opened" || this.#body !== null || entry.dialect !== "openai-responses") return;
    try {
      const body: unknown = JSON.parse(entry.request);
      if (isJsonObject(body)) this.#body = body;
    } catch {
      // A request that masking left unreadable has nothing to show.
    }
  }
}

/** What changes in a response while it is made. */
export interface ResponseState {
  readonly status: "in_progress" | "completed" | "incomplete" | "failed";
  readonly why: string | null;
  readonly error: JsonObject | null;
  readonly output: readonly JsonObject[];
  readonly usage: Usage | null;
}

/** A response for which no upstream of this dialect gave one. */
export function responseObject(log: LogReader, request: JsonObject | null, state: ResponseState): JsonObject {
  const asked = (key: string, otherwise: JsonValue): JsonValue => request?.[key] ?? otherwise;
  const tools = asked("tools", []);
  return {
    id: log.native && log.responseId !== null ? log.responseId : responseIdOf(log.session),
    object: "response",
    created_at: log.createdS,
    status: state.status,
    background: false,
    error: state.error,
    incomplete_details: state.why === null ? null : { reason: state.why },
    instructions: asked("instructions", null),
    max_output_tokens: asked("max_output_tokens", null),
    model: log.model,
    output: state.output,
    parallel_tool_calls: asked("parallel_tool_calls", true),
    previous_response_id: asked("previous_response_id", null),
    reasoning: asked("reasoning", { effort: null, summary: null }),
    store: false,
    temperature: asked("temperature", 1),
    text: asked("text", { format: { type: "text" } }),
    tool_choice: asked("tool_choice", "auto"),
    tools: Array.isArray(tools) ? withoutCredentials(tools) : [],
    top_p: asked("top_p", 1),
    truncation: asked("truncation", "disabled"),
    usage: state.usage === null ? null : usageBody(state.usage),
    user: asked("user", null),
    metadata: asked("metadata", {}),
  };
}
