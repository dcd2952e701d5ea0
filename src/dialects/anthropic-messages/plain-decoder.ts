import type { Channel } from "../../domain/channel.js";
import type { OutputItem } from "../../domain/entry.js";
import { isJsonObject, type JsonObject, type JsonPath } from "../../domain/json.js";
import { BodyDecoder } from "../body-decoder.js";
import { broken } from "../broken.js";
import { ChannelTable } from "../channel-table.js";
import { output, wholeTexts } from "../decoded.js";
import type { DecodedEvent, DecoderOptions } from "../dialect.js";
import { finishReasonOf } from "../finish-reason.js";
import { numberAt, objectAt, objectsAt, stringAt, withValue } from "../json-place.js";
import { copiesOf, passFieldSet, sift } from "../sift.js";
import { blockTextOf, channelShape, usageOf } from "./blocks.js";
import { PLAIN_FIELDS } from "./fields.js";

interface Spoken {
  readonly channel: Channel;
  readonly path: JsonPath;
  readonly text: string;
}

/** Reads the one body of a message that was not asked for as a stream, or of a count of tokens. */
export class MessagesPlainDecoder extends BodyDecoder {
  readonly #options: DecoderOptions;

  constructor(options: DecoderOptions) {
    super(options);
    this.#options = options;
  }

  protected override read(body: JsonObject): readonly DecodedEvent[] {
    return this.#options.request.operation === "count_tokens" ? counted(body) : this.#message(body);
  }

  #message(value: JsonObject): readonly DecodedEvent[] {
    if (!Array.isArray(value["content"])) throw broken("it holds no content");
    const items: OutputItem[] = [messageItem(value)];
    const spoken = this.#spoken(value, items);
    return [output(items), ...wholeTexts(spoken), this.#whole(value, spoken), { type: "finished" }];
  }

  #spoken(value: JsonObject, items: OutputItem[]): readonly Spoken[] {
    const channels = new ChannelTable(this.#options.limits.channels);
    const type = this.#options.request.neutral.responseFormat?.type;
    return objectsAt(value, "content").flatMap(([index, block]) => {
      const form = blockTextOf(block);
      const shape = channelShape(block, index, type === "json_object" || type === "json_schema");
      if (form === null || shape === null) return [];
      const channel = channels.add(String(index), shape);
      items.push({ type: "channel", channel });
      const held = block[form.blockField] ?? "";
      const text = typeof held === "string" ? held : JSON.stringify(held);
      return [{ channel, path: ["content", index, form.blockField], text }];
    });
  }

  /** The inputs of calls stand in the recorded body as JSON text; the encoder makes objects of them again. */
  #whole(value: JsonObject, spoken: readonly Spoken[]): DecodedEvent {
    const flat = spoken.reduce<JsonObject>((body, { path, text }) => {
      const next = withValue(body, path, text);
      return isJsonObject(next) ? next : body;
    }, value);
    const sifted = sift(flat, PLAIN_FIELDS, {
      depth: this.#options.limits.jsonDepth,
      passFields: passFieldSet(this.#options.passFields),
      keepText: true,
    });
    const endings: OutputItem[] = [];
    const native = stringAt(value, "stop_reason");
    if (native !== null) endings.push({ type: "finish", choice: 0, reason: finishReasonOf(native), native });
    const usage = objectAt(value, "usage");
    if (usage !== null) endings.push({ type: "usage", usage: usageOf(usage) });
    return output(endings, {
      native: sifted.value,
      slots: copiesOf(sifted.slots, spoken),
      flush: "all",
      dropIfMasked: spoken.map(({ channel }) => ({
        path: ["content", channel.index, "signature"],
        channels: [channel.id],
        instead: "",
      })),
    });
  }
}

function messageItem(value: JsonObject): OutputItem {
  return {
    type: "message",
    choice: 0,
    role: stringAt(value, "role") ?? "assistant",
    responseId: stringAt(value, "id"),
    model: stringAt(value, "model"),
    createdS: null,
  };
}

function counted(value: JsonObject): readonly DecodedEvent[] {
  const tokens = numberAt(value, "input_tokens");
  if (tokens === null) throw broken("it holds no count of tokens");
  const usage = {
    promptTokens: tokens,
    completionTokens: 0,
    totalTokens: tokens,
    reasoningTokens: null,
    cachedTokens: null,
  };
  return [output([{ type: "usage", usage }], { native: { input_tokens: tokens } }), { type: "finished" }];
}
