import type { OutputItem } from "../../domain/entry.js";
import { isJsonObject, type JsonObject } from "../../domain/json.js";
import { BodyDecoder } from "../body-decoder.js";
import { broken } from "../broken.js";
import { output, wholeTexts } from "../decoded.js";
import type { DecodedEvent, DecoderOptions } from "../dialect.js";
import { objectAt, objectsAt } from "../json-place.js";
import { usageOf } from "../openai/usage.js";
import { copiesOf, passFieldSet, sift } from "../sift.js";
import { AnswerChannels } from "./answer-channels.js";
import { offsetsIn, sealsBeside } from "./envelope.js";
import type { Found } from "./found.js";
import type { ChatGrammar } from "./grammar.js";

/** Reads the one body of an answer that was not asked for as a stream. */
export class ChatPlainDecoder extends BodyDecoder {
  readonly #grammar: ChatGrammar;
  readonly #options: DecoderOptions;

  constructor(grammar: ChatGrammar, options: DecoderOptions) {
    super(options);
    this.#grammar = grammar;
    this.#options = options;
  }

  protected override read(body: JsonObject): readonly DecodedEvent[] {
    if (objectsAt(body, "choices").length === 0) throw broken("it holds no choices");
    return this.#events(body);
  }

  #events(value: JsonObject): readonly DecodedEvent[] {
    const channels = new AnswerChannels(this.#grammar, this.#options);
    const items: OutputItem[] = [];
    const found = channels.find(value, this.#grammar.bodyMessage, items);
    const endings: OutputItem[] = [];
    channels.ends(value, endings);
    const usage = objectAt(value, "usage");
    if (usage !== null) endings.push({ type: "usage", usage: usageOf(usage) });
    const honest = this.#withoutForeignLogprobs(value, found);
    const sifted = sift(honest, this.#grammar.bodyFields, {
      depth: this.#options.limits.jsonDepth,
      passFields: passFieldSet(this.#options.passFields),
      keepText: true,
    });
    const native = output(endings, {
      native: sifted.value,
      slots: copiesOf(sifted.slots, found),
      flush: "all",
      hides: objectsAt(sifted.value, "choices").flatMap(([at, choice]) => {
        const logprobs = objectAt(choice, "logprobs");
        const texts = logprobs === null ? [] : this.#grammar.alternatives(logprobs);
        return texts.length === 0 ? [] : [{ path: ["choices", at, "logprobs"], texts }];
      }),
      dropIfMasked: [
        ...offsetsIn(sifted.value, "message", (choice) => channels.ofChoice(choice)),
        ...found.flatMap(({ path, channel }) =>
          sealsBeside(sifted.value, path).map((seal) => ({ ...seal, channels: [channel.id] })),
        ),
        ...objectsAt(sifted.value, "choices").flatMap(([at, choice]) => {
          if (objectAt(choice, "logprobs") === null) return [];
          const index = typeof choice["index"] === "number" ? choice["index"] : 0;
          return [{ path: ["choices", at, "logprobs"], channels: channels.ofChoice(index) }];
        }),
      ],
    });
    return [output(items), ...wholeTexts(found), native, { type: "finished" }];
  }

  /** Log-probabilities that spell something else than the text would carry it past the masker. */
  #withoutForeignLogprobs(value: JsonObject, found: readonly Found[]): JsonObject {
    const choices = objectsAt(value, "choices").map(([at, choice]) => {
      const logprobs = objectAt(choice, "logprobs");
      if (logprobs === null) return choice;
      const lists = Object.values(logprobs).filter((list) => Array.isArray(list) && list.length > 0).length;
      const spelled = found.filter(
        (one) =>
          one.path[1] === at && one.place !== null && this.#grammar.logprobTokens(one, logprobs) !== null,
      ).length;
      const honest = this.#grammar.columns ? spelled > 0 : spelled === lists;
      return honest ? choice : { ...choice, logprobs: null };
    });
    const others = Array.isArray(value["choices"])
      ? value["choices"].filter((entry) => !isJsonObject(entry))
      : [];
    if (others.length > 0) throw broken("one of its choices is not an object");
    return { ...value, choices };
  }
}
