import type { Entry } from "../../domain/entry.js";
import { isJsonObject, type JsonObject } from "../../domain/json.js";
import type { PlainEncoder } from "../dialect.js";
import { LogReader } from "../log-reader.js";
import { LogTexts } from "../log-texts.js";
import { nativeFinish, usageBody } from "../openai/usage.js";
import { ToolNumbers } from "./tool-numbers.js";

/** Gathers a log into one chat completion. */
export class ChatPlainEncoder implements PlainEncoder {
  readonly #texts = new LogTexts(new LogReader("openai-chat"));

  add(entry: Entry): void {
    this.#texts.add(entry);
  }

  body(): JsonObject {
    const body = this.#texts.body();
    const first = Array.isArray(body?.["choices"]) ? body["choices"][0] : undefined;
    // A log of a streamed answer holds chunks; only a plain one ends with a body.
    if (body !== null && isJsonObject(first) && isJsonObject(first["message"])) return body;
    const { log } = this.#texts;
    const choices = log.choices.map(({ index, finish }) => ({
      index,
      message: this.#message(index),
      logprobs: null,
      finish_reason: nativeFinish(finish?.reason ?? "stop"),
    }));
    return {
      id: `chatcmpl-${log.session}`,
      object: "chat.completion",
      created: log.createdS,
      model: log.model,
      choices,
      ...(log.usage === null ? {} : { usage: usageBody(log.usage) }),
    };
  }

  #message(choice: number): JsonObject {
    const reasoning = this.#texts.joined(choice, ["reasoning", "reasoning_summary"]);
    const tools = new ToolNumbers();
    const calls = this.#texts
      .ofChoice(choice)
      .filter(({ channel }) => channel.kind === "tool_arguments" || channel.kind === "tool_text")
      .map(({ channel, text }) => tools.whole(channel, text));
    const content = this.#texts.joined(choice, ["text"]);
    return {
      role: "assistant",
      content: content ?? (calls.length > 0 ? null : ""),
      refusal: this.#texts.joined(choice, ["refusal"]),
      ...(reasoning === null ? {} : { reasoning_content: reasoning }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    };
  }
}
