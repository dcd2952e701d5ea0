import type { Answer, Received } from "../support/recorded-upstream.js";

/** What a model says in one turn. */
export interface Turn {
  readonly thinking: string | null;
  readonly text: string;
  readonly call: { readonly name: string; readonly arguments: object } | null;
}

type Json = Readonly<Record<string, unknown>>;

/** Pieces that cut words, names and placeholders alike. */
function pieces(text: string): readonly string[] {
  return text.match(/.{1,7}/gs) ?? [];
}

/** A turn in the words of the dialect that was asked, streamed or plain. `number` makes its ids its own. */
export function inWords(turn: Turn, { path, body }: Received, number: number): Answer {
  const isStreamed = JSON.parse(body).stream === true;
  const headers = { "content-type": isStreamed ? "text/event-stream" : "application/json" };
  if (path.endsWith("/chat/completions"))
    return { headers, body: isStreamed ? chatStream(turn, number) : JSON.stringify(chat(turn, number)) };
  if (path.endsWith("/messages"))
    return {
      headers,
      body: isStreamed ? messagesStream(turn, number) : JSON.stringify(message(turn, number)),
    };
  const whole = response(turn, number);
  return { headers, body: isStreamed ? responsesStream(whole) : JSON.stringify(whole) };
}

function chat({ text, call }: Turn, number: number): object {
  const made = call && { id: `call_${number}`, type: "function", function: functionOf(call) };
  const message = { role: "assistant", content: text || null, refusal: null };
  return {
    ...{ id: `chatcmpl-${number}`, object: "chat.completion", created: 1_750_000_000, model: "gpt-told" },
    choices: [
      {
        index: 0,
        message: made === null ? message : { ...message, tool_calls: [made] },
        logprobs: null,
        finish_reason: made === null ? "stop" : "tool_calls",
      },
    ],
    usage: { prompt_tokens: 3, completion_tokens: 9, total_tokens: 12 },
  };
}

function functionOf(call: { readonly name: string; readonly arguments: object }) {
  return { name: call.name, arguments: JSON.stringify(call.arguments) };
}

function chatStream({ text, call }: Turn, number: number): string {
  const event = (delta: object, finish: string | null = null): string =>
    data({
      ...{
        id: `chatcmpl-${number}`,
        object: "chat.completion.chunk",
        created: 1_750_000_000,
        model: "gpt-told",
      },
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    });
  const deltas: object[] = [
    { role: "assistant", content: "" },
    ...pieces(text).map((content) => ({ content })),
  ];
  if (call !== null) {
    const { name, arguments: json } = functionOf(call);
    const first = { index: 0, id: `call_${number}`, type: "function", function: { name, arguments: "" } };
    deltas.push({ tool_calls: [first] });
    for (const part of pieces(json))
      deltas.push({ tool_calls: [{ index: 0, function: { arguments: part } }] });
  }
  const end = event({}, call === null ? "stop" : "tool_calls");
  return `${deltas.map((delta) => event(delta)).join("")}${end}data: [DONE]\n\n`;
}

/** The seal that a provider puts on a thought: it fits this text and no other. */
export function signatureOf(thinking: string): string {
  return `sig${Buffer.from(thinking).toString("hex")}`;
}

function message(turn: Turn, number: number) {
  const { thinking, text, call } = turn;
  const content: Json[] = [];
  if (thinking !== null) content.push({ type: "thinking", thinking, signature: signatureOf(thinking) });
  if (text !== "") content.push({ type: "text", text });
  if (call !== null)
    content.push({ type: "tool_use", id: `toolu_${number}`, name: call.name, input: call.arguments });
  return {
    ...{ id: `msg_${number}`, type: "message", role: "assistant", model: "claude-told", content },
    ...{ stop_reason: call === null ? "end_turn" : "tool_use", stop_sequence: null },
    usage: { input_tokens: 3, output_tokens: 9 },
  };
}

function messagesStream(turn: Turn, number: number): string {
  const { content, stop_reason, stop_sequence, usage, ...rest } = message(turn, number);
  const events: Json[] = [
    { type: "message_start", message: { ...rest, content: [], stop_reason: null, stop_sequence, usage } },
  ];
  for (const [index, block] of content.entries()) {
    const [empty, deltas] = opened(block);
    events.push({ type: "content_block_start", index, content_block: empty });
    for (const delta of deltas) events.push({ type: "content_block_delta", index, delta });
    events.push({ type: "content_block_stop", index });
  }
  events.push({ type: "message_delta", delta: { stop_reason, stop_sequence }, usage: { output_tokens: 9 } });
  events.push({ type: "message_stop" });
  return events.map(named).join("");
}

/** A block as it opens, and what follows. */
function opened(block: Json): readonly [Json, readonly Json[]] {
  if (block["type"] === "thinking") {
    const deltas = pieces(`${block["thinking"]}`).map((thinking) => ({ type: "thinking_delta", thinking }));
    const seal = { type: "signature_delta", signature: block["signature"] };
    return [{ type: "thinking", thinking: "", signature: "" }, [...deltas, seal]];
  }
  if (block["type"] === "text")
    return [
      { type: "text", text: "" },
      pieces(`${block["text"]}`).map((text) => ({ type: "text_delta", text })),
    ];
  const json = pieces(JSON.stringify(block["input"]));
  return [
    { ...block, input: {} },
    ["", ...json].map((partial_json) => ({ type: "input_json_delta", partial_json })),
  ];
}

function response({ thinking, text, call }: Turn, number: number) {
  const output: Json[] = [];
  if (thinking !== null) {
    const summary = [{ type: "summary_text", text: thinking }];
    output.push({ id: `rs_${number}`, type: "reasoning", summary, encrypted_content: signatureOf(thinking) });
  }
  if (text !== "") {
    const content = [{ type: "output_text", text, annotations: [], logprobs: [] }];
    output.push({ id: `msg_${number}`, type: "message", role: "assistant", status: "completed", content });
  }
  if (call !== null) {
    const made = {
      id: `fc_${number}`,
      type: "function_call",
      status: "completed",
      call_id: `call_${number}`,
    };
    output.push({ ...made, ...functionOf(call) });
  }
  return {
    ...{
      id: `resp_${number}`,
      object: "response",
      created_at: 1_750_000_000,
      status: "completed",
      error: null,
    },
    ...{ incomplete_details: null, instructions: null, max_output_tokens: null, model: "gpt-told", output },
    ...{ parallel_tool_calls: true, previous_response_id: null, temperature: 1, top_p: 1, tools: [] },
    ...{ text: { format: { type: "text" } }, tool_choice: "auto", truncation: "disabled", metadata: {} },
    usage: {
      ...{ input_tokens: 3, output_tokens: 9, total_tokens: 12 },
      ...{ input_tokens_details: { cached_tokens: 0 }, output_tokens_details: { reasoning_tokens: 0 } },
    },
  };
}

function responsesStream(whole: ReturnType<typeof response>): string {
  const begun = { ...whole, status: "in_progress", output: [], usage: null };
  const events: Json[] = [
    { type: "response.created", response: begun },
    { type: "response.in_progress", response: begun },
  ];
  for (const [output_index, item] of whole.output.entries()) events.push(...itemEvents(item, output_index));
  events.push({ type: "response.completed", response: whole });
  return events.map((event, sequence_number) => named({ ...event, sequence_number })).join("");
}

function itemEvents(item: Json, output_index: number): readonly Json[] {
  const at = { item_id: item["id"], output_index };
  const done = { type: "response.output_item.done", output_index, item };
  const added = (empty: Json) => ({
    type: "response.output_item.added",
    output_index,
    item: { ...item, ...empty },
  });
  switch (item["type"]) {
    case "function_call": {
      const json = `${item["arguments"]}`;
      const event = "response.function_call_arguments";
      return [
        added({ arguments: "", status: "in_progress" }),
        ...pieces(json).map((delta) => ({ type: `${event}.delta`, ...at, delta })),
        { type: `${event}.done`, ...at, arguments: json },
        done,
      ];
    }
    case "reasoning": {
      const [{ text }] = item["summary"] as readonly [{ readonly text: string }];
      const spot = { ...at, summary_index: 0 };
      const part = (words: string) => ({ type: "summary_text", text: words });
      return [
        added({ summary: [], encrypted_content: "" }),
        { type: "response.reasoning_summary_part.added", ...spot, part: part("") },
        ...pieces(text).map((delta) => ({ type: "response.reasoning_summary_text.delta", ...spot, delta })),
        { type: "response.reasoning_summary_text.done", ...spot, text },
        { type: "response.reasoning_summary_part.done", ...spot, part: part(text) },
        done,
      ];
    }
    default: {
      const [part] = item["content"] as readonly [{ readonly text: string }];
      const spot = { ...at, content_index: 0 };
      return [
        added({ content: [], status: "in_progress" }),
        { type: "response.content_part.added", ...spot, part: { ...part, text: "" } },
        ...pieces(part.text).map((delta) => ({
          type: "response.output_text.delta",
          ...spot,
          delta,
          logprobs: [],
        })),
        { type: "response.output_text.done", ...spot, text: part.text, logprobs: [] },
        { type: "response.content_part.done", ...spot, part },
        done,
      ];
    }
  }
}

function data(event: object): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}

function named(event: Json): string {
  return `event: ${event["type"]}\n${data(event)}`;
}
