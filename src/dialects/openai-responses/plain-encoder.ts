import type { Entry } from "../../domain/entry.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../domain/json.js";
import type { EncoderOptions, PlainEncoder } from "../dialect.js";
import { LogReader } from "../log-reader.js";
import { restoreEchoes } from "./echo.js";
import { OutputDraft } from "./output-draft.js";
import { AskedRequest, responseObject, shownEvent } from "./response-object.js";
import { statusOf } from "./usage.js";

/** Gathers a log into one response: that of a plain answer, or the last of a stream. */
export class ResponsesPlainEncoder implements PlainEncoder {
  readonly #log = new LogReader("openai-responses");
  readonly #asked: AskedRequest;
  readonly #draft = new OutputDraft();
  #last: string | null = null;

  constructor(options: EncoderOptions) {
    this.#asked = new AskedRequest(options);
  }

  add(entry: Entry): void {
    this.#log.read(entry);
    this.#asked.read(entry);
    if (entry.type === "chunk") {
      const channel = this.#log.channel(entry.channel);
      if (channel === undefined) return;
      this.#draft.open(channel, this.#log.session);
      this.#draft.say(channel, entry.text);
    } else if (entry.type === "output") {
      if (entry.native !== null) this.#last = entry.native;
      for (const item of entry.items) {
        if (item.type === "channel") this.#draft.open(item.channel, this.#log.session);
      }
    }
  }

  body(): JsonObject {
    const native = this.#nativeBody();
    if (native !== null) return native;
    this.#draft.closeAll();
    const { status, why } = statusOf(this.#log.choices[0]?.finish?.reason ?? "stop");
    const output = this.#draft.items();
    return responseObject(this.#log, this.#asked.body, {
      status,
      why,
      error: null,
      output,
      usage: this.#log.usage,
    });
  }

  #nativeBody(): JsonObject | null {
    if (!this.#log.native || this.#last === null) return null;
    const value: JsonValue = JSON.parse(this.#last);
    if (!isJsonObject(value)) return null;
    const about = { request: this.#asked.body, session: this.#log.session };
    const restored = restoreEchoes(value, about.request);
    const whole = isJsonObject(restored["response"]) ? restored : { response: restored };
    const { response } = shownEvent(whole, about);
    return isJsonObject(response) && Array.isArray(response["output"]) ? response : null;
  }
}
