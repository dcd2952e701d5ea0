import type { Entry, EntryOf, Usage } from "../../domain/entry.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../domain/json.js";
import type { EncoderOptions } from "../dialect.js";
import { LogReader } from "../log-reader.js";
import { restoreEchoes } from "./echo.js";
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
    if (entry.type === "opened" && this.#body === null) this.#body = recordedRequest(entry);
  }
}

/** The masked request of a log; null where it is of another dialect, or masking left it unreadable. */
export function recordedRequest(opened: EntryOf<"opened">): JsonObject | null {
  if (opened.dialect !== "openai-responses") return null;
  try {
    const body: unknown = JSON.parse(opened.request);
    return isJsonObject(body) ? body : null;
  } catch {
    return null;
  }
}

/** What changes in a response while it is made. */
export interface ResponseState {
  readonly status: "queued" | "in_progress" | "completed" | "incomplete" | "failed";
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
    id:
      log.native && log.responseId !== null && !isBackground(request)
        ? log.responseId
        : responseIdOf(log.session),
    object: "response",
    created_at: log.createdS,
    status: state.status,
    background: isBackground(request),
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

/** A response that no model has begun yet. */
export function queuedResponse(opened: EntryOf<"opened">): JsonObject {
  const log = new LogReader("openai-responses");
  log.read(opened);
  const begun = { status: "queued", why: null, error: null, output: [], usage: null } as const;
  return responseObject(log, recordedRequest(opened), begun);
}

/** Whether the caller asked that the response runs on without its reader (`background`). */
export function isBackground(request: JsonObject | null): boolean {
  return request?.["background"] === true;
}

/**
 * A provider's event as its caller may see it: what repeats the request comes from there, and what the gateway
 * does in the provider's place (go on from an earlier turn, run in the background) is said as the caller knows it.
 */
export function shownEvent(
  event: JsonObject,
  { request, session }: { readonly request: JsonObject | null; readonly session: string },
): JsonObject {
  const restored = restoreEchoes(event, request);
  const response = restored["response"];
  if (!isJsonObject(response)) return restored;
  const previous = request?.["previous_response_id"];
  const own: JsonObject = {
    // Known before the provider gives one, and after a restart.
    ...(isBackground(request) ? { id: responseIdOf(session), background: true } : {}),
    ...(typeof previous === "string" ? { previous_response_id: previous } : {}),
  };
  return { ...restored, response: { ...response, ...own } };
}
