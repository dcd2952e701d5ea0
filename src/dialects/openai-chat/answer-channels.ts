import type { Channel } from "../../domain/channel.js";
import type { OutputItem } from "../../domain/entry.js";
import type { JsonObject } from "../../domain/json.js";
import { broken } from "../broken.js";
import { type ChannelShape, ChannelTable } from "../channel-table.js";
import type { DecoderOptions } from "../dialect.js";
import { finishReasonOf } from "../finish-reason.js";
import { numberAt, objectsAt, stringAt, valueAt } from "../json-place.js";
import type { PassedText } from "../sift.js";
import type { Choice, Found } from "./found.js";
import type { ChatGrammar } from "./grammar.js";

/** The choices and channels of one answer, and what an event newly says about them. */
export class AnswerChannels {
  readonly #grammar: ChatGrammar;
  readonly #options: DecoderOptions;
  readonly #channels: ChannelTable;
  readonly #choices = new Map<number, Choice>();
  readonly #jsonContent: boolean;

  constructor(grammar: ChatGrammar, options: DecoderOptions) {
    this.#grammar = grammar;
    this.#options = options;
    this.#channels = new ChannelTable(options.limits.channels);
    const format = options.request.neutral.responseFormat?.type;
    this.#jsonContent = format === "json_object" || format === "json_schema";
  }

  /** Whether every choice that was seen said why it ended. */
  get complete(): boolean {
    return this.#choices.size > 0 && [...this.#choices.values()].every((choice) => choice.finished);
  }

  ofChoice(choice: number): readonly number[] {
    return this.#channels.ofChoice(choice);
  }

  /** Channel text of an event; choices and channels seen for the first time are noted in `items`. */
  find(value: JsonObject, message: ChatGrammar["chunkMessage"], items: OutputItem[]): readonly Found[] {
    return objectsAt(value, "choices").flatMap(([at, entry]) => {
      const found = message(entry);
      const choice = this.#choice(value, entry, items, found?.value ?? {});
      if (found === null) return [];
      const places = this.#grammar.placesOf(found.value, { jsonContent: this.#jsonContent });
      return places.flatMap((place) => {
        // A field is a channel from its first character on; a tool call from its first mention on.
        const known = place.text !== "" || place.key.startsWith("tool.") || place.key === "function_call";
        if (!known) return [];
        const channel = this.#channel(
          `${choice.index}.${place.key}`,
          { ...place.shape, choice: choice.index },
          items,
        );
        return [
          { choice, path: ["choices", at, ...found.path, ...place.path], text: place.text, place, channel },
        ];
      });
    });
  }

  /** Fields that the connection passes are channels of their own. */
  passed(value: JsonObject, passed: readonly PassedText[], items: OutputItem[]): readonly Found[] {
    return passed.map(({ path, text }) => {
      const said = path[0] === "choices" ? valueAt(value, [...path.slice(0, 2), "index"]) : 0;
      const index = typeof said === "number" ? said : 0;
      const name = path.filter((step) => typeof step === "string").join(".");
      const channel = this.#channel(
        `${index}.pass.${name}`,
        { kind: "other", choice: index, index: 0, toolCallId: null, toolName: null, syntax: "text" },
        items,
      );
      return {
        choice: this.#choices.get(index) ?? { index, finished: false },
        path,
        text,
        place: null,
        channel,
      };
    });
  }

  /** Notes the ends of choices; returns the channels that they close. */
  ends(value: JsonObject, items: OutputItem[]): readonly number[] {
    return objectsAt(value, "choices").flatMap(([, entry]) => {
      const native = stringAt(entry, "finish_reason") ?? "";
      const choice = this.#choices.get(numberAt(entry, "index") ?? 0);
      if (native === "" || choice === undefined || choice.finished) return [];
      choice.finished = true;
      items.push({ type: "finish", choice: choice.index, reason: finishReasonOf(native), native });
      return this.ofChoice(choice.index);
    });
  }

  #choice(value: JsonObject, entry: JsonObject, items: OutputItem[], message: JsonObject): Choice {
    const index = numberAt(entry, "index") ?? 0;
    const most = Math.min(this.#options.limits.choices, Math.max(1, this.#options.request.neutral.choices));
    if (!Number.isInteger(index) || index < 0 || index >= most) {
      throw broken("it holds a choice that was not asked for");
    }
    const known = this.#choices.get(index);
    if (known !== undefined) return known;
    const choice: Choice = { index, finished: false };
    this.#choices.set(index, choice);
    items.push({
      type: "message",
      choice: index,
      role: stringAt(message, "role") || "assistant",
      responseId: stringAt(value, "id"),
      model: stringAt(value, "model"),
      createdS: numberAt(value, "created"),
    });
    return choice;
  }

  #channel(key: string, shape: ChannelShape, items: OutputItem[]): Channel {
    const known = this.#channels.get(key);
    if (known !== undefined && !isOtherCall(known, shape)) return known;
    if (!Number.isInteger(shape.index) || shape.index < 0 || shape.index >= this.#options.limits.channels) {
      throw broken("the number of a tool call jumps");
    }
    const channel = this.#channels.add(key, shape);
    items.push({ type: "channel", channel });
    return channel;
  }
}

/** Some providers give every call of a parallel set the same index; another id is another call. */
function isOtherCall(known: Channel, shape: ChannelShape): boolean {
  const [before, now] = [known.toolCallId ?? "", shape.toolCallId ?? ""];
  return before !== "" && now !== "" && before !== now;
}
