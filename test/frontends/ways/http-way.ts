import { Agent, type IncomingMessage, request } from "node:http";
import {
  type Asking,
  type ErrorLike,
  type EventLike,
  type Reading,
  type Seen,
  SeenSoFar,
  type Way,
} from "../../contracts/way.js";

/** What a dialect's body looks like, as far as the suite needs it. */
export interface WireForm {
  readonly name: string;
  readonly path: string;
  readonly stream: boolean;
  body(asking: Asking, stream: boolean): object;
  /** Text of one event, or of a plain body. */
  textOf(json: Json): string;
}

export interface Json {
  readonly [key: string]: Json | readonly Json[] | string | number | boolean | null | undefined;
}

function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== "object" || here === null) return undefined;
    here = Reflect.get(here, step);
  }
  return here;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export const CHAT: Omit<WireForm, "name" | "stream"> = {
  path: "/v1/chat/completions",
  body: ({ prompt, model = "demo" }, stream) => ({
    model,
    stream,
    messages: [{ role: "user", content: prompt }],
  }),
  textOf: (json) =>
    text(at(json, "choices", 0, "delta", "content")) + text(at(json, "choices", 0, "message", "content")),
};

export const COMPLETIONS: Omit<WireForm, "name" | "stream"> = {
  path: "/v1/completions",
  body: ({ prompt, model = "demo" }, stream) => ({ model, stream, prompt }),
  textOf: (json) => text(at(json, "choices", 0, "text")),
};

export const RESPONSES: Omit<WireForm, "name" | "stream"> = {
  path: "/v1/responses",
  body: ({ prompt, model = "demo" }, stream) => ({ model, stream, input: prompt }),
  textOf: (json) =>
    json["type"] === "response.output_text.delta"
      ? text(json["delta"])
      : json["object"] === "response"
        ? text(at(json, "output", 0, "content", 0, "text"))
        : "",
};

export const MESSAGES: Omit<WireForm, "name" | "stream"> = {
  path: "/v1/messages",
  body: ({ prompt, model = "demo" }, stream) => ({
    model,
    stream,
    max_tokens: 20_000,
    messages: [{ role: "user", content: prompt }],
  }),
  textOf: (json) =>
    json["type"] === "content_block_delta"
      ? text(at(json, "delta", "text"))
      : json["type"] === "message"
        ? text(at(json, "content", 0, "text"))
        : "",
};

export function httpWay(httpUrl: string, form: WireForm): Way {
  const post = (body: string, token: string | null): Promise<Reading> =>
    begin(`${httpUrl}${form.path}`, { form, body, token });
  const bodyOf = (asking: Asking): object => form.body(asking, form.stream);
  const ask = (asking: Asking): Promise<Reading> => post(JSON.stringify(bodyOf(asking)), asking.token);
  return {
    name: form.name,
    ask: async (asking) => (await ask(asking)).seen,
    begin: ask,
    attach: async ({ token, session, afterSeq }) => {
      const url = `${httpUrl}/v1/sessions/${session}/stream?after=${afterSeq}`;
      return (await begin(url, { form, body: null, token })).seen;
    },
    malformed: async (token) => (await post('{"model":', token)).seen,
    unknownKey: async (token) =>
      (await post(JSON.stringify({ ...bodyOf({ token, prompt: "hi" }), temprature: 1 }), token)).seen,
  };
}

function begin(
  url: string,
  ask: { form: WireForm; body: string | null; token: string | null },
): Promise<Reading> {
  const so = new SeenSoFar();
  const { form, body, token } = ask;
  return new Promise((resolve, reject) => {
    const call = request(url, {
      method: body === null ? "GET" : "POST",
      agent: new Agent(),
      headers: {
        ...(body === null ? {} : { "content-type": "application/json" }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
    });
    call.on("error", (error) => (so.outcome === "" ? reject(error) : undefined));
    call.on("response", (response) => {
      so.session = String(response.headers["x-sluice-session"] ?? "");
      const seen = read(response, form, so);
      const { firstText, session } = so;
      resolve({
        session,
        firstText,
        seen,
        drop: () => call.destroy(),
        pause: () => response.pause(),
        resume: () => response.resume(),
      });
    });
    call.end(body ?? undefined);
  });
}

function read(response: IncomingMessage, form: WireForm, so: SeenSoFar): Promise<Seen> {
  const isStream = /event-stream/.test(response.headers["content-type"] ?? "");
  let held = "";
  return new Promise((resolve) => {
    response.setEncoding("utf8");
    response.on("data", (piece: string) => {
      held += piece;
      if (!isStream) return;
      const blocks = held.split("\n\n");
      held = blocks.pop() ?? "";
      for (const block of blocks) takeBlock(block, form, so);
    });
    response.on("end", () => {
      if (!isStream && response.statusCode === 204) so.outcome = "complete";
      else if (!isStream) takeBody(held, { response, form, so });
      else if (so.outcome === "") so.outcome = "complete";
      resolve(so);
    });
    response.on("error", () => {
      so.outcome ||= "torn";
      resolve(so);
    });
  });
}

function takeBlock(block: string, form: WireForm, so: SeenSoFar): void {
  const fields = block.split("\n").filter((line) => !line.startsWith(":"));
  const id = fields.find((line) => line.startsWith("id: "))?.slice(4);
  const data = fields.find((line) => line.startsWith("data: "))?.slice(6);
  if (id !== undefined) so.seqs.push(Number(id));
  if (data === undefined || data === "[DONE]") return;
  const json: Json & EventLike & { error?: ErrorLike; type?: string } = JSON.parse(data);
  if (json.seq !== undefined) {
    so.seqs.pop();
    so.event(json);
    return;
  }
  if (json.error != null) so.error(errorOf(json.error));
  so.addText(form.textOf(json));
}

function takeBody(
  body: string,
  { response, form, so }: { response: IncomingMessage; form: WireForm; so: SeenSoFar },
): void {
  const json: Json & { error?: ErrorLike } = JSON.parse(body);
  if (json.error != null) so.error(errorOf(json.error));
  else if (response.statusCode === 200) {
    so.addText(form.textOf(json));
    so.outcome = "complete";
  } else so.outcome = `status-${response.statusCode}`;
}

/** OpenAI's shape has `code`, Anthropic's an extra detail. */
function errorOf(error: object): ErrorLike {
  const code = text(at(error, "details", "error_code")) || text(at(error, "code"));
  return {
    code,
    message: text(at(error, "message")),
    policy: text(at(error, "policy")) || text(at(error, "details", "policy")),
    rule: text(at(error, "rule")) || text(at(error, "details", "rule")),
  };
}
