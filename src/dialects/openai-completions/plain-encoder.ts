import type { Entry } from "../../domain/entry.js";
import type { JsonObject } from "../../domain/json.js";
import type { PlainEncoder } from "../dialect.js";
import { LogReader } from "../log-reader.js";
import { LogTexts } from "../log-texts.js";
import { nativeFinish, usageBody } from "../openai/usage.js";

/** Gathers a log into one completion. */
export class CompletionsPlainEncoder implements PlainEncoder {
  readonly #texts = new LogTexts(new LogReader("openai-completions"));
  #streamed = false;

  add(entry: Entry): void {
    this.#texts.add(entry);
    // Chunks of a stream have envelopes, those of a plain answer none.
    if (entry.type === "template") this.#streamed = true;
  }

  body(): JsonObject {
    const body = this.#streamed ? null : this.#texts.body();
    if (body !== null) return body;
    const { log } = this.#texts;
    return {
      id: `cmpl-${log.session}`,
      object: "text_completion",
      created: log.createdS,
      model: log.model,
      choices: log.choices.map(({ index, finish }) => ({
        text: this.#texts.joined(index, ["text"]) ?? "",
        index,
        logprobs: null,
        finish_reason: nativeFinish(finish?.reason ?? "stop"),
      })),
      ...(log.usage === null ? {} : { usage: usageBody(log.usage) }),
    };
  }
}
