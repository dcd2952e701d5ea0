import type { Channel } from "../../domain/channel.js";
import type { OutputItem } from "../../domain/entry.js";
import type { JsonObject } from "../../domain/json.js";
import { broken } from "../broken.js";
import { ChannelTable } from "../channel-table.js";
import { output } from "../decoded.js";
import type { DecodedEvent, DecoderOptions, Template } from "../dialect.js";
import { stringAt } from "../json-place.js";
import { itemPlaces, type Place, toolOf } from "./places.js";

/** A channel of an answer, and what its deltas have said. */
export interface Spoken {
  readonly channel: Channel;
  /** Text as the provider sent it; null where nothing has to be compared with it. */
  raw: string | null;
  spoke: boolean;
  closed: boolean;
}

/** The envelope of text that goes out with the event that brought it, and in no frame of its own. */
const WITH_ITS_EVENT: Template = { event: null, before: "", middle: null, after: "", tokens: [] };

const TOOL_ITEMS: ReadonlySet<string> = new Set(["function_call", "custom_tool_call"]);

/** The output items and channels of one answer. */
export class AnswerChannels {
  readonly #options: DecoderOptions;
  readonly #table: ChannelTable;
  readonly #jsonText: boolean;
  readonly #spoken = new Map<string, Spoken>();
  readonly #items = new Map<number, JsonObject>();
  /** Channels whose item or part was not empty when it was added. */
  readonly #prefixed = new Set<string>();

  constructor(options: DecoderOptions) {
    this.#options = options;
    this.#table = new ChannelTable(options.limits.channels);
    const format = options.request.neutral.responseFormat?.type;
    this.#jsonText = format === "json_object" || format === "json_schema";
  }

  /** Whether a function or tool of the caller was called. */
  get calledTool(): boolean {
    return this.#table
      .all()
      .some((channel) => channel.kind === "tool_arguments" || channel.kind === "tool_text");
  }

  get(key: string): Spoken | undefined {
    return this.#spoken.get(key);
  }

  /** Remembers what an item is called; a call of a tool is announced before its arguments come. */
  added(item: JsonObject, outputIndex: number, items: OutputItem[]): void {
    this.#checkIndex(outputIndex);
    const { id, type, call_id, name } = item;
    this.#items.set(outputIndex, {
      ...(id === undefined ? {} : { id }),
      ...(type === undefined ? {} : { type }),
      ...(call_id === undefined ? {} : { call_id }),
      ...(name === undefined ? {} : { name }),
    });
    if (!TOOL_ITEMS.has(stringAt(item, "type") ?? "")) return;
    const [place] = itemPlaces(
      { ...item, arguments: stringAt(item, "arguments") ?? "", input: stringAt(item, "input") ?? "" },
      outputIndex,
    );
    if (place !== undefined) this.of(place, items);
  }

  /** The place in the output of an item of a finished response: items may be left out or have moved. */
  outputIndex(item: JsonObject, listIndex: number): number {
    const known = this.#items.get(listIndex);
    const id = stringAt(item, "id");
    if (id === null || known === undefined || known["id"] === id) return listIndex;
    for (const [index, other] of this.#items) if (other["id"] === id) return index;
    return listIndex;
  }

  prefixed(place: Place): void {
    this.#prefixed.add(place.key);
  }

  /** The channel of a place; one that is new is announced in `items`. */
  of(place: Place, items: OutputItem[]): Spoken {
    const known = this.#spoken.get(place.key);
    if (known !== undefined) return known;
    const outputIndex = Number(place.key.split(".", 1)[0]);
    this.#checkIndex(outputIndex);
    const item = this.#items.get(outputIndex) ?? {};
    const isTool = place.kind === "tool_arguments" || place.kind === "tool_text";
    const channel = this.#table.add(place.key, {
      kind: place.kind,
      choice: 0,
      index: outputIndex,
      ...(isTool ? toolOf(item) : { toolCallId: null, toolName: null }),
      syntax: place.kind === "text" && this.#jsonText ? "json" : place.syntax,
    });
    items.push({ type: "channel", channel });
    const compared = this.#options.request.neutral.logprobs || this.#prefixed.has(place.key);
    const spoken: Spoken = { channel, raw: compared ? "" : null, spoke: false, closed: false };
    this.#spoken.set(place.key, spoken);
    return spoken;
  }

  /**
   * Says what no delta said: some servers send no deltas, and only the whole. Its chunk has an empty
   * envelope, since the event that brought it goes out itself.
   */
  sayUnsaid(places: readonly Place[], events: DecodedEvent[]): void {
    for (const place of places) {
      if (place.text === "") continue;
      const items: OutputItem[] = [];
      const spoken = this.of(place, items);
      if (items.length > 0) events.push(output(items));
      if (spoken.spoke || spoken.closed) continue;
      spoken.spoke = true;
      spoken.raw = place.text;
      events.push({
        type: "delta",
        channel: spoken.channel,
        text: place.text,
        template: WITH_ITS_EVENT,
        logprobs: null,
      });
    }
  }

  /** Ends the channels of places; returns those that had not ended. */
  close(places: readonly Place[]): readonly number[] {
    return places.flatMap(({ key }) => {
      const spoken = this.#spoken.get(key);
      if (spoken === undefined || spoken.closed) return [];
      spoken.closed = true;
      return [spoken.channel.id];
    });
  }

  /** The channel that a whole text repeats; null where it says something else than the deltas could tell. */
  copied(place: Place): Channel | null {
    const spoken = this.#spoken.get(place.key);
    if (spoken === undefined) return null;
    if (this.#prefixed.has(place.key) && spoken.raw !== place.text) return null;
    return spoken.channel;
  }

  #checkIndex(index: number): void {
    if (!Number.isInteger(index) || index < 0 || index >= this.#options.limits.channels) {
      throw broken("the number of an output item jumps");
    }
  }
}
