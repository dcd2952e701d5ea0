import type { OutputItem } from "../../domain/entry.js";
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from "../../domain/json.js";
import { output } from "../decoded.js";
import type { DecodedEvent, DecoderOptions, TextSlot } from "../dialect.js";
import { listAt, objectAt, objectsAt, valueAt } from "../json-place.js";
import { copiesOf, passFieldSet, type SiftOptions, sift } from "../sift.js";
import { alternativesIn, tokensOver } from "../token-text.js";
import type { AnswerChannels } from "./answer-channels.js";
import { type Echo, noteEchoes, takeEchoes } from "./echo.js";
import { EVENT_FIELDS, itemFields, RESPONSE_FIELDS, withoutCredentials } from "./fields.js";
import { itemPlaces, type Place } from "./places.js";

type Output = Extract<DecodedEvent, { type: "output" }>;

/** How an event ends or starts something. */
export interface About {
  readonly items: readonly OutputItem[];
  readonly event: string | null;
  readonly flush: Output["flush"];
}

/** Turns events that are no deltas into what is recorded of them. */
export class NativeEvents {
  readonly #channels: AnswerChannels;
  readonly #request: JsonObject | null;
  readonly #sift: SiftOptions;

  constructor(channels: AnswerChannels, options: DecoderOptions) {
    const { request, limits, passFields } = options;
    this.#channels = channels;
    this.#request = request.dialect === "openai-responses" ? request.native : null;
    this.#sift = { depth: limits.jsonDepth, passFields: passFieldSet(passFields), keepText: true };
  }

  /** An event with its parts and its item. @param places All channel text in it. */
  event(event: JsonObject, places: readonly Place[], about: About): DecodedEvent {
    const { sequence_number: _, ...numberless } = event;
    const honest = this.#withoutForeignLogprobs(numberless, places);
    const { value, slots } = sift(honest, EVENT_FIELDS, this.#sift);
    const item = objectAt(honest, "item");
    if (item === null) return this.#output(value, slots, { ...about, places });
    const inner = sift(item, itemFields(item), this.#sift);
    const all = [...slots, ...under(["item"], inner.slots)];
    return this.#output({ ...value, item: inner.value }, all, { ...about, places });
  }

  /** A response in its event (`around`), or a response alone (`base` is empty). */
  response(
    response: JsonObject,
    base: readonly string[],
    about: About & { readonly around: JsonObject },
  ): DecodedEvent {
    const { value: told, echoes } = takeEchoes(response, this.#request);
    const places = this.places(response);
    const honest = this.#withoutForeignLogprobs(told, places);
    const { output: _, ...rest } = honest;
    const tools = Array.isArray(rest["tools"]) ? { tools: withoutCredentials(rest["tools"]) } : {};
    const outer = sift({ ...rest, ...tools }, RESPONSE_FIELDS, this.#sift);
    const items = objectsAt(honest, "output").map(([at, item]) => ({
      at,
      sifted: sift(item, itemFields(item), this.#sift),
    }));
    const list: JsonValue[] = listAt(honest, "output").map(() => null);
    for (const { at, sifted } of items) list[at] = sifted.value;
    const whole = { ...outer.value, ...(Array.isArray(honest["output"]) ? { output: list } : {}) };
    const inner = [...outer.slots, ...items.flatMap(({ at, sifted }) => under(["output", at], sifted.slots))];
    const { sequence_number: __, ...numberless } = about.around;
    const around = sift(numberless, EVENT_FIELDS, this.#sift);
    const value = base.length === 0 ? whole : { ...around.value, response: whole };
    const slots = [...around.slots, ...under(base, inner)];
    return this.#output(noteEchoes(value, onlyKept(echoes, whole), base), slots, {
      ...about,
      places: places.map((place) => moved(place, base)),
    });
  }

  /** Channel text of a response's output, from the response on. */
  places(response: JsonObject): readonly Place[] {
    return objectsAt(response, "output").flatMap(([at, item]) =>
      itemPlaces(item, this.#channels.outputIndex(item, at)).map((place) => moved(place, ["output", at])),
    );
  }

  #output(
    native: JsonObject,
    slots: readonly TextSlot[],
    about: About & { readonly places: readonly Place[] },
  ): DecodedEvent {
    const copied = about.places.flatMap((place) => {
      const channel = this.#channels.copied(place);
      return channel === null ? [] : [{ path: place.path, channel }];
    });
    return output(about.items, {
      event: about.event,
      native,
      slots: copiesOf(slots, copied),
      flush: about.flush,
      dropIfMasked: this.#touched(native, about.places),
      hides: hidden(native, about.places),
    });
  }

  /** What must not outlive the text that it was made for: probabilities, offsets, sealed reasoning. */
  #touched(native: JsonObject, places: readonly Place[]): Output["dropIfMasked"] {
    const annotation = objectAt(native, "annotation");
    const added =
      annotation === null
        ? []
        : OFFSETS.filter((key) => key in annotation).map((key) => ({
            path: ["annotation", key] as JsonPath,
            channels: "any" as const,
          }));
    return [...added, ...places.flatMap((place) => this.#touchedBy(native, place))];
  }

  #touchedBy(native: JsonObject, place: Place): Output["dropIfMasked"] {
    const channel = this.#channels.get(place.key)?.channel;
    const channels = channel === undefined ? ("any" as const) : [channel.id];
    const around = place.path.slice(0, -1);
    const found: { path: JsonPath; channels: "any" | readonly number[] }[] = [];
    const drop = (path: JsonPath) => {
      const value = valueAt(native, path);
      if (value !== undefined && value !== null) found.push({ path, channels });
    };
    if (place.logprobs !== null && listLength(native, place.logprobs) > 0) drop(place.logprobs);
    const annotations = valueAt(native, [...around, "annotations"]);
    if (Array.isArray(annotations)) {
      annotations.forEach((_, index) => {
        for (const key of OFFSETS) drop([...around, "annotations", index, key]);
      });
    }
    // A reasoning item: `summary[].text` and `content[].text` stand two steps below it.
    if (place.kind === "reasoning" || place.kind === "reasoning_summary") {
      for (const key of SEALS) drop([...place.path.slice(0, -3), key]);
    }
    return found;
  }

  /** Log-probabilities that spell something else than the channel would carry it past the masker. */
  #withoutForeignLogprobs(event: JsonObject, places: readonly Place[]): JsonObject {
    const honest = new Set<string>();
    for (const { logprobs, key } of places) {
      const entries = logprobs === null ? null : valueAt(event, logprobs);
      if (!Array.isArray(entries) || entries.length === 0) continue;
      const raw = this.#channels.get(key)?.raw ?? null;
      if (raw !== null && tokensOver(raw, entries) !== null) honest.add(JSON.stringify(logprobs));
    }
    const kept = emptied(event, [], honest);
    return isJsonObject(kept) ? kept : event;
  }
}

/** Members in which log-probabilities may stand. */
const AROUND_LOGPROBS = new Set(["part", "item", "content", "output"]);

/** The value with every list of log-probabilities empty but those that may stay; they may have no text at all. */
function emptied(value: JsonValue, path: JsonPath, honest: ReadonlySet<string>): JsonValue {
  if (Array.isArray(value)) {
    return value.map((entry: JsonValue, index) => emptied(entry, [...path, index], honest));
  }
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]): [string, JsonValue] => {
      const at = [...path, key];
      if (key === "logprobs" && Array.isArray(member))
        return [key, honest.has(JSON.stringify(at)) ? member : []];
      return [key, AROUND_LOGPROBS.has(key) ? emptied(member, at, honest) : member];
    }),
  );
}

/** Lists of log-probabilities with the alternatives that stand in them. */
function hidden(native: JsonObject, places: readonly Place[]): NonNullable<Output["hides"]> {
  return places.flatMap(({ logprobs: path }) => {
    const entries = path === null ? null : valueAt(native, path);
    if (path === null || !Array.isArray(entries)) return [];
    const texts = entries.flatMap((entry: JsonValue) => alternativesIn(entry));
    return texts.length === 0 ? [] : [{ path, texts }];
  });
}

const OFFSETS = ["start_index", "end_index"];
const SEALS = ["encrypted_content", "signature"];

function listLength(value: JsonObject, path: JsonPath): number {
  const list = valueAt(value, path);
  return Array.isArray(list) ? list.length : 0;
}

function under(base: JsonPath, slots: readonly TextSlot[]): readonly TextSlot[] {
  return base.length === 0 ? slots : slots.map((slot) => ({ ...slot, path: [...base, ...slot.path] }));
}

/** A place from another root on. */
export function moved(place: Place, base: JsonPath): Place {
  if (base.length === 0) return place;
  const logprobs = place.logprobs === null ? null : [...base, ...place.logprobs];
  return { ...place, path: [...base, ...place.path], logprobs };
}

/** Echoes whose place has survived. */
function onlyKept(echoes: readonly Echo[], value: JsonObject): readonly Echo[] {
  return echoes.filter(([at]) => valueAt(value, at) !== undefined);
}
