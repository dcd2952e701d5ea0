import type { CompletionRequest } from "../../dialects/request.js";
import type { DialectName } from "../../domain/entry.js";
import { SluiceError } from "../../domain/errors.js";
import { complete } from "./complete.js";
import type { Exchange } from "./exchange.js";
import * as health from "./health.js";
import * as models from "./models.js";
import * as responses from "./responses.js";
import type { HttpRoom } from "./room.js";
import * as acts from "./session-acts.js";
import * as sessions from "./sessions.js";

export interface Route {
  readonly method: "GET" | "POST" | "DELETE";
  /** Segments; `*` takes the rest, `:` one segment. */
  readonly path: RegExp;
  /** Whose shape errors have; null: the gateway's own. */
  readonly dialect: DialectName | null;
  handle(room: HttpRoom, exchange: Exchange, parameter: string): Promise<void> | void;
}

/** Every route there is. */
export const ROUTES: readonly Route[] = [
  ask("/v1/chat/completions", "openai-chat"),
  ask("/v1/completions", "openai-completions"),
  ask("/v1/responses", "openai-responses"),
  ofResponse("GET", "", responses.retrieve),
  ofResponse("POST", "\\/cancel", responses.cancel),
  ofResponse("DELETE", "", responses.remove),
  ofResponse("GET", "\\/input_items", responses.inputItems),
  ask("/v1/messages", "anthropic-messages"),
  ask("/v1/messages/count_tokens", "anthropic-messages", "count_tokens"),
  { method: "GET", path: /^\/v1\/models$/, dialect: "openai-chat", handle: models.list },
  { method: "GET", path: /^\/v1\/models\/(.+)$/, dialect: "openai-chat", handle: models.get },
  { method: "GET", path: /^\/v1\/sessions$/, dialect: null, handle: sessions.list },
  ofSession("GET", "", sessions.get),
  ofSession("GET", "\\/stream", sessions.stream),
  ofSession("GET", "\\/events", acts.events),
  ofSession("GET", "\\/outline", acts.outline),
  ofSession("GET", "\\/export", acts.exported),
  ofSession("POST", "\\/stop", acts.stop),
  ofSession("DELETE", "", acts.remove),
  { method: "POST", path: /^\/v1\/verify$/, dialect: null, handle: acts.verify },
  { method: "GET", path: /^\/livez$/, dialect: null, handle: health.live },
  { method: "GET", path: /^\/readyz$/, dialect: null, handle: health.ready },
];

function ofSession(method: Route["method"], rest: string, handle: Route["handle"]): Route {
  return { method, path: new RegExp(`^\\/v1\\/sessions\\/([^/]+)${rest}$`), dialect: null, handle };
}

function ofResponse(method: Route["method"], rest: string, handle: Route["handle"]): Route {
  const path = new RegExp(`^\\/v1\\/responses\\/([^/]+)${rest}$`);
  return { method, path, dialect: "openai-responses", handle };
}

function ask(path: string, name: DialectName, operation: CompletionRequest["operation"] = "generate"): Route {
  return {
    method: "POST",
    path: new RegExp(`^${path}$`),
    dialect: name,
    handle: async (room, exchange) => {
      const dialect = exchange.dialect;
      if (dialect === null) throw new SluiceError("not_found", "This gateway does not speak this dialect.");
      await complete(room, exchange, { dialect, operation });
    },
  };
}
