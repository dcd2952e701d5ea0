import type { JsonPath, JsonValue } from "../domain/json.js";
import type { Template } from "./dialect.js";
import { textAround } from "./json-place.js";

/** Providers use a handful of envelopes in a stream; more are made anew. */
const MAX_TEMPLATES = 128;

/** The envelopes of one stream: one object per distinct envelope. */
export class Templates {
  readonly #known = new Map<string, Template>();

  /**
   * The envelope of an event whose text stands at `text`, and its log-probabilities at `logprobs`, which
   * must come behind it in the order of keys.
   */
  of(
    value: JsonValue,
    places: { readonly text: JsonPath; readonly logprobs: JsonPath | null },
    about: {
      readonly event: string | null;
      readonly tokens: readonly string[];
    },
  ): Template {
    const holes = places.logprobs === null ? [places.text] : [places.text, places.logprobs];
    const pieces = textAround(value, holes);
    const key = JSON.stringify([about.event, pieces]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const [before = "", second = "", third] = pieces;
    const template: Template = {
      event: about.event,
      before,
      middle: third === undefined ? null : second,
      after: third ?? second,
      tokens: [...new Set(about.tokens)],
    };
    if (this.#known.size >= MAX_TEMPLATES) this.#known.delete(this.#known.keys().next().value ?? "");
    this.#known.set(key, template);
    return template;
  }
}
