import type { OutputItem } from "../../domain/entry.js";
import { isJsonObject, type JsonObject, type JsonPath } from "../../domain/json.js";
import { broken } from "../broken.js";
import { output, parseEvent, reportedError } from "../decoded.js";
import type { DecodedEvent, LogprobToken, StreamDecoderOptions, Template } from "../dialect.js";
import { EventDecoder } from "../event-decoder.js";
import { FastPath, type Hole } from "../fast-path.js";
import { listAt, numberAt, objectAt, stringAt, withValue } from "../json-place.js";
import { passFieldSet, type Sifted, type SiftOptions, sift, stringsOf } from "../sift.js";
import { SseFraming } from "../sse-framing.js";
import { Templates } from "../templates.js";
import { tokensOver } from "../token-text.js";
import { AnswerChannels, type Spoken } from "./answer-channels.js";
import { EVENT_FIELDS } from "./fields.js";
import { moved, NativeEvents } from "./native-event.js";
import { deltaPlaces, donePlaces, itemPlaces, outputIndexOf, type Place } from "./places.js";
import { finishOf, usageOf } from "./usage.js";

/** Reads a streamed answer of the Responses API. */
export class ResponsesStreamDecoder extends EventDecoder {
  readonly #channels: AnswerChannels;
  readonly #native: NativeEvents;
  readonly #sift: SiftOptions;
  readonly #templates = new Templates();
  readonly #fast: FastPath<{ readonly spoken: Spoken; readonly template: Template }> | null;
  #state: "new" | "open" | "finished" | "failed" = "new";

  constructor(options: StreamDecoderOptions) {
    super(new SseFraming(options.limits));
    this.#channels = new AnswerChannels(options);
    this.#native = new NativeEvents(this.#channels, options);
    this.#sift = { depth: options.limits.jsonDepth, passFields: passFieldSet(options.passFields) };
    this.#fast = options.fastPath === false ? null : new FastPath();
  }

  protected override event(name: string | null, data: string, events: DecodedEvent[]): void {
    // Some servers end with the word of another dialect; what follows a failure is the same failure again.
    if (data === "[DONE]" || this.#state === "failed") return;
    if (this.#state === "finished") throw broken("it goes on after its end");
    const hit = this.#fast?.match(data) ?? null;
    if (hit === null) {
      this.#parsed(name, data, events);
      return;
    }
    const { spoken, template } = hit.value;
    this.#say({ spoken, text: hit.text, template, logprobs: null }, events);
  }

  #parsed(name: string | null, data: string, events: DecodedEvent[]): void {
    const value = parseEvent(data);
    const type = stringAt(value, "type") ?? name ?? "";
    const error = value["error"];
    if (type === "error" || (type === "" && error !== undefined && error !== null)) {
      this.#failed(isJsonObject(error) ? error : value, events);
      return;
    }
    const response = objectAt(value, "response");
    if (type === "response.failed") {
      this.#failed((response === null ? null : objectAt(response, "error")) ?? {}, events);
      return;
    }
    // Pings mean nothing to this dialect's clients. Spoken audio cannot be masked.
    if (!type.startsWith("response.") || type === "response.audio.delta") return;
    const typed = { ...value, type };
    if (type.endsWith(".delta")) this.#delta(type, data, typed, events);
    else if (response !== null) this.#lifecycle(typed, response, events);
    else this.#structural(type, typed, events);
  }

  #failed(error: JsonObject, events: DecodedEvent[]): void {
    this.#state = "failed";
    events.push({ type: "failed", error: reportedError(error) });
  }

  #delta(type: string, data: string, event: JsonObject, events: DecodedEvent[]): void {
    const { sequence_number: _, ...numberless } = event;
    const sifted = sift(numberless, EVENT_FIELDS, this.#sift);
    const own = deltaPlaces(type, event);
    const passed = sifted.passed.map(({ path, text }) => passedPlace(type, event, { path, text }));
    const all = [...own, ...passed].filter(({ text }) => text !== "");
    for (const place of all) {
      const items: OutputItem[] = [];
      const spoken = this.#channels.of(place, items);
      if (items.length > 0) events.push(output(items));
      const logprobs = this.#logprobs(event, place);
      if (logprobs !== null && !spoken.spoke) spoken.raw ??= "";
      const template = this.#template(type, sifted, { path: place.path, withLogprobs: logprobs !== null });
      this.#say({ spoken, text: place.text, template, logprobs }, events);
      if (all.length === 1 && logprobs === null && place.path.length === 1) {
        this.#fast?.learn(data, holesOf(event), { spoken, template });
      }
    }
  }

  #say(
    said: {
      readonly spoken: Spoken;
      readonly text: string;
      readonly template: Template;
      readonly logprobs: readonly LogprobToken[] | null;
    },
    events: DecodedEvent[],
  ): void {
    const { spoken, text, template, logprobs } = said;
    if (spoken.closed) throw broken("text follows the end of its part");
    spoken.spoke = true;
    if (spoken.raw !== null) spoken.raw += text;
    events.push({ type: "delta", channel: spoken.channel, text, template, logprobs });
  }

  #logprobs(event: JsonObject, place: Place): readonly LogprobToken[] | null {
    const entries = place.logprobs === null ? [] : listAt(event, "logprobs");
    return entries.length === 0 ? null : tokensOver(place.text, entries);
  }

  #template(
    type: string,
    sifted: Sifted,
    about: { readonly path: JsonPath; readonly withLogprobs: boolean },
  ): Template {
    const { logprobs, ...rest } = sifted.value;
    const filled = withValue(rest, about.path, "");
    const given = about.withLogprobs ? null : Array.isArray(logprobs) ? logprobs : [];
    const value = isJsonObject(filled) && logprobs !== undefined ? { ...filled, logprobs: given } : filled;
    const hole = about.withLogprobs ? ["logprobs"] : null;
    return this.#templates.of(
      value,
      { text: about.path, logprobs: hole },
      { event: type, tokens: stringsOf(sifted) },
    );
  }

  #lifecycle(
    around: JsonObject & { readonly type: string },
    response: JsonObject,
    events: DecodedEvent[],
  ): void {
    const { type } = around;
    const items: OutputItem[] = [];
    if (this.#state === "new") items.push(messageOf(response));
    this.#state = "open";
    const ends = type === "response.completed" || type === "response.incomplete";
    if (ends) {
      const places = this.#native.places(response);
      this.#channels.sayUnsaid(places, events);
      this.#channels.close(places);
      items.push({ type: "finish", choice: 0, ...finishOf(response, this.#channels.calledTool) });
    }
    const usage = objectAt(response, "usage");
    if (usage !== null) items.push({ type: "usage", usage: usageOf(usage) });
    events.push(
      this.#native.response(response, ["response"], {
        around,
        items,
        event: type,
        flush: ends ? "all" : "none",
      }),
    );
    if (!ends) return;
    this.#state = "finished";
    events.push({ type: "finished" });
  }

  #structural(type: string, event: JsonObject, events: DecodedEvent[]): void {
    const item = objectAt(event, "item");
    const inItem =
      item === null ? [] : itemPlaces(item, outputIndexOf(event)).map((place) => moved(place, ["item"]));
    const places = [...inItem, ...donePlaces(type, event)];
    const items: OutputItem[] = [];
    if (type.endsWith(".added") && type !== "response.output_text.annotation.added") {
      const empty = unsealed(this.#emptied(event, places), item);
      if (item !== null) this.#channels.added(item, outputIndexOf(event), items);
      events.push(this.#native.event(empty, [], { items, event: type, flush: "none" }));
      return;
    }
    if (item !== null) this.#channels.added(item, outputIndexOf(event), items);
    if (items.length > 0) events.push(output(items));
    this.#channels.sayUnsaid(places, events);
    const closed = this.#channels.close(places);
    const ended = closed.map((channel): OutputItem => ({ type: "channel_closed", channel }));
    events.push(
      this.#native.event(event, places, {
        items: ended,
        event: type,
        flush: closed.length > 0 ? closed : "none",
      }),
    );
  }

  /** What begins is empty: its text comes in deltas, or whole with its end. */
  #emptied(event: JsonObject, places: readonly Place[]): JsonObject {
    let empty = event;
    for (const place of places) {
      if (place.text === "") continue;
      this.#channels.prefixed(place);
      const next = withValue(empty, place.path, "");
      const bare = place.logprobs === null ? next : withValue(next, place.logprobs, []);
      if (isJsonObject(bare)) empty = bare;
    }
    return empty;
  }
}

/** What the first event of an answer says about it. */
export function messageOf(response: JsonObject): OutputItem {
  return {
    type: "message",
    choice: 0,
    role: "assistant",
    responseId: stringAt(response, "id"),
    model: stringAt(response, "model"),
    createdS: numberAt(response, "created_at"),
  };
}

/** The seal of reasoning that is still to come is not whole yet; it stands in the end of its item. */
function unsealed(event: JsonObject, item: JsonObject | null): JsonObject {
  if (item === null || stringAt(item, "type") !== "reasoning") return event;
  const { encrypted_content: _, signature: __, ...rest } = objectAt(event, "item") ?? item;
  return { ...event, item: rest };
}

/** A field that the connection passes, in a delta: its pieces are one channel. */
function passedPlace(
  type: string,
  event: JsonObject,
  { path, text }: { readonly path: JsonPath; readonly text: string },
): Place {
  const key = `${outputIndexOf(event)}.pass ${type} ${path.join(".")}.0`;
  return { path, text, key, kind: "other", syntax: "text", logprobs: null };
}

/** What the fast path may skip over. */
function holesOf(event: JsonObject): readonly Hole[] {
  const holes: Hole[] = [{ kind: "text", path: ["delta"] }];
  if (typeof event["sequence_number"] === "number") holes.push({ kind: "digits", path: ["sequence_number"] });
  if (typeof event["obfuscation"] === "string") holes.push({ kind: "padding", path: ["obfuscation"] });
  return holes;
}
