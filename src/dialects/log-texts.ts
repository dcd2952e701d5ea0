import type { Channel } from "../domain/channel.js";
import type { Entry } from "../domain/entry.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../domain/json.js";
import type { LogReader } from "./log-reader.js";

/** Gathers a log for a plain answer: the text of each channel, and the upstream's own body where it has one. */
export class LogTexts {
  readonly log: LogReader;
  readonly #texts = new Map<number, string>();
  #body: string | null = null;

  constructor(log: LogReader) {
    this.log = log;
  }

  add(entry: Entry): void {
    this.log.read(entry);
    if (entry.type === "chunk") {
      this.#texts.set(entry.channel, (this.#texts.get(entry.channel) ?? "") + entry.text);
    } else if (entry.type === "output" && entry.native !== null) {
      this.#body = entry.native;
    }
  }

  /** The last native event, if the upstream speaks the caller's dialect: of a plain answer, its body. */
  body(): JsonObject | null {
    if (!this.log.native || this.#body === null) return null;
    const value: JsonValue = JSON.parse(this.#body);
    return isJsonObject(value) ? value : null;
  }

  /** Channels of a choice in order of appearance, each with its text. */
  ofChoice(choice: number): readonly { readonly channel: Channel; readonly text: string }[] {
    return this.log.channels
      .filter((channel) => channel.choice === choice)
      .map((channel) => ({ channel, text: this.#texts.get(channel.id) ?? "" }));
  }

  /** Joined text of a choice's channels of these kinds; null where there is none of them. */
  joined(choice: number, kinds: readonly Channel["kind"][]): string | null {
    const found = this.ofChoice(choice).filter(({ channel }) => kinds.includes(channel.kind));
    return found.length === 0 ? null : found.map(({ text }) => text).join("");
  }
}
