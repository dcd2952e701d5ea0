/** Answers as providers write them, for what no recording holds: one text, cut as a test says. */

import type { Answer, Received } from "./recorded-upstream.js";

const CREATED = 1_750_000_000;

/** What a model says to a request of any dialect, in the form that it asked for. */
export function answerTo({ path, body }: Pick<Received, "path" | "body">, text: string): Answer {
  const { stream }: { stream?: boolean } = JSON.parse(body);
  return stream === true
    ? { body: streamedAnswer(path, [text]), headers: { "content-type": "text/event-stream" } }
    : { body: plainAnswer(path, text), headers: { "content-type": "application/json" } };
}

/** The stream of the dialect whose path was asked for. */
export function streamedAnswer(path: string, pieces: readonly string[]): string {
  if (path.endsWith("/chat/completions")) return chatStream(pieces);
  if (path.endsWith("/completions")) return completionsStream(pieces);
  if (path.endsWith("/responses")) return responsesStream(pieces);
  if (path.endsWith("/messages")) return messagesStream(pieces);
  throw new Error(`no stream for ${path}`);
}

/** The plain body of the dialect whose path was asked for. */
export function plainAnswer(path: string, text: string): string {
  return JSON.stringify(plainObject(path, text));
}

export function chatStream(pieces: readonly string[]): string {
  const event = (delta: object, finish: string | null = null): string =>
    data({
      id: "chatcmpl-told",
      object: "chat.completion.chunk",
      created: CREATED,
      model: "gpt-told",
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    });
  const texts = pieces.map((content) => event({ content }));
  return `${event({ role: "assistant", content: "" })}${texts.join("")}${event({}, "stop")}data: [DONE]\n\n`;
}

function completionsStream(pieces: readonly string[]): string {
  const event = (text: string, finish: string | null = null): string =>
    data({
      id: "cmpl-told",
      object: "text_completion",
      created: CREATED,
      model: "gpt-told",
      choices: [{ index: 0, text, logprobs: null, finish_reason: finish }],
    });
  return `${pieces.map((text) => event(text)).join("")}${event("", "stop")}data: [DONE]\n\n`;
}

function responsesStream(pieces: readonly string[]): string {
  const text = pieces.join("");
  const at = { item_id: "msg_told", output_index: 0, content_index: 0 };
  const item = { id: "msg_told", type: "message", role: "assistant" };
  const part = (words: string) => ({ type: "output_text", text: words, annotations: [], logprobs: [] });
  const events = [
    { type: "response.created", response: responseObject("in_progress", []) },
    { type: "response.in_progress", response: responseObject("in_progress", []) },
    {
      type: "response.output_item.added",
      output_index: 0,
      item: { ...item, status: "in_progress", content: [] },
    },
    { type: "response.content_part.added", ...at, part: part("") },
    ...pieces.map((delta) => ({ type: "response.output_text.delta", ...at, delta, logprobs: [] })),
    { type: "response.output_text.done", ...at, text, logprobs: [] },
    { type: "response.content_part.done", ...at, part: part(text) },
    {
      type: "response.output_item.done",
      output_index: 0,
      item: { ...item, status: "completed", content: [part(text)] },
    },
    {
      type: "response.completed",
      response: responseObject("completed", [{ ...item, status: "completed", content: [part(text)] }]),
    },
  ];
  return events.map((event, number) => named({ ...event, sequence_number: number })).join("");
}

function messagesStream(pieces: readonly string[]): string {
  const { content: _content, ...message } = messageObject("");
  const events = [
    { type: "message_start", message: { ...message, content: [], stop_reason: null } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    ...pieces.map((text) => ({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } })),
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: 9 },
    },
    { type: "message_stop" },
  ];
  return events.map(named).join("");
}

function plainObject(path: string, text: string): object {
  if (path.endsWith("/responses")) {
    const content = [{ type: "output_text", text, annotations: [], logprobs: [] }];
    const item = { id: "msg_told", type: "message", role: "assistant", status: "completed", content };
    return responseObject("completed", [item]);
  }
  if (path.endsWith("/messages")) return messageObject(text);
  const isChat = path.endsWith("/chat/completions");
  const words = isChat ? { message: { role: "assistant", content: text, refusal: null } } : { text };
  return {
    id: "told",
    object: isChat ? "chat.completion" : "text_completion",
    created: CREATED,
    model: "gpt-told",
    choices: [{ index: 0, ...words, logprobs: null, finish_reason: "stop" }],
    usage: { prompt_tokens: 3, completion_tokens: 9, total_tokens: 12 },
  };
}

function messageObject(text: string) {
  return {
    id: "msg_told",
    type: "message",
    role: "assistant",
    model: "claude-told",
    content: [{ type: "text", text }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: { input_tokens: 3, output_tokens: 9 },
  };
}

function responseObject(status: string, output: readonly object[]): object {
  return {
    id: "resp_told",
    object: "response",
    created_at: CREATED,
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    model: "gpt-told",
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    temperature: 1,
    text: { format: { type: "text" } },
    tool_choice: "auto",
    tools: [],
    top_p: 1,
    truncation: "disabled",
    usage:
      status === "completed"
        ? {
            input_tokens: 3,
            input_tokens_details: { cached_tokens: 0 },
            output_tokens: 9,
            output_tokens_details: { reasoning_tokens: 0 },
            total_tokens: 12,
          }
        : null,
    metadata: {},
  };
}

function data(event: object): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}

function named(event: { readonly type: string; readonly sequence_number?: number }): string {
  return `event: ${event.type}\n${data(event)}`;
}
