import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from "../../domain/json.js";
import type { DecodedEvent } from "../dialect.js";
import { NO_SIGNATURE } from "../gemini/no-signature.js";
import { objectAt, objectsAt, valueAt, withValue } from "../json-place.js";
import type { Found } from "./found.js";

/** An event and the place in it for the text. */
export interface Envelope {
  readonly value: JsonValue;
  readonly path: JsonPath;
}

/**
 * An event for one of several texts that came in one: the members that name the answer, its choice, and the
 * text's own surroundings, without how anything ends.
 */
export function alone(value: JsonObject, found: Found): Envelope {
  const path = found.path.map((step) => (typeof step === "number" ? 0 : step));
  const named = Object.entries(value).filter(([key, member]) => key !== "usage" && isScalar(member));
  const top = Object.fromEntries(named);
  const choice = found.path[0] === "choices" ? valueAt(value, found.path.slice(0, 2)) : undefined;
  if (!isJsonObject(choice)) return { value: { ...top, choices: [] }, path };
  const inner = withSurroundings(choice, found.path.slice(2), found.place === null ? "scalars" : "role");
  return { value: { ...top, choices: [{ index: found.choice.index, ...inner, finish_reason: null }] }, path };
}

/** The same for a text whose role, or whose tool's id and name, the client knows already: clients that join
 *  strings would join them again. */
export function continued(value: JsonObject, found: Found): Envelope {
  const envelope = alone(value, found);
  const choice = valueAt(envelope.value, ["choices", 0]);
  if (!isJsonObject(choice)) return envelope;
  const delta = objectAt(choice, "delta");
  if (delta === null) return envelope;
  const { role: _known, ...rest } = delta;
  const [call] = objectsAt(rest, "tool_calls").map(([, entry]) => entry);
  const bare = call === undefined ? rest : { ...rest, tool_calls: [unnamed(call, found.channel.index)] };
  const again = withValue(envelope.value, ["choices", 0, "delta"], bare);
  return { ...envelope, value: again ?? envelope.value };
}

function unnamed(call: JsonObject, index: number): JsonObject {
  const member = objectAt(call, "custom") === null ? "function" : "custom";
  return { index, [member]: {} };
}

/** A message keeps its role; an entry of a list that holds the text keeps all that stands there with it (ids,
 *  names, types, the signature of a call), since it goes out nowhere else. */
function withSurroundings(value: JsonObject, path: JsonPath, keep: "role" | "scalars" | "all"): JsonObject {
  const [step, ...rest] = path;
  if (typeof step !== "string") return {};
  const kept = Object.fromEntries(
    Object.entries(value).filter(
      ([key, member]) =>
        key !== step &&
        (keep === "all" || (keep === "scalars" ? isScalar(member) : key === "role" && member !== null)),
    ),
  );
  const child = value[step];
  if (typeof rest[0] === "number" && Array.isArray(child)) {
    const entry: JsonValue | undefined = child[rest[0]];
    return { ...kept, [step]: [isJsonObject(entry) ? withSurroundings(entry, rest.slice(1), "all") : {}] };
  }
  return isJsonObject(child) && rest.length > 0
    ? { ...kept, [step]: withSurroundings(child, rest, keep) }
    : kept;
}

/** The event without the texts that went out by themselves: a field goes, of a list the entry. */
export function without(value: JsonObject, spoken: readonly Found[]): JsonObject {
  const paths = new Map(spoken.map(({ path }) => [JSON.stringify(cutPath(path)), cutPath(path)]));
  // From the back, so that the indexes of a list stay what they were.
  const fromBehind = [...paths.values()].sort((a, b) => lastIndex(b) - lastIndex(a));
  return fromBehind.reduce<JsonObject>((rest, path) => {
    // A choice of completions always has its text; clients add it up without asking.
    const kept = path.length === 3 ? withValue(rest, path, "") : removed(rest, path);
    return isJsonObject(kept) ? kept : rest;
  }, value);
}

/** To the first list entry inside a choice, else the whole path. */
function cutPath(path: JsonPath): JsonPath {
  const cut = path.findIndex((step, index) => index > 1 && typeof step === "number");
  return cut < 0 ? path : path.slice(0, cut + 1);
}

function lastIndex(path: JsonPath): number {
  const last = path.at(-1);
  return typeof last === "number" ? last : 0;
}

function removed(value: JsonValue | undefined, path: JsonPath): JsonValue | undefined {
  const [step, ...rest] = path;
  if (Array.isArray(value) && typeof step === "number") {
    if (rest.length > 0)
      return value.map((entry: JsonValue, index) =>
        index === step ? (removed(entry, rest) ?? entry) : entry,
      );
    const left = value.filter((_, index) => index !== step);
    return left.length === 0 ? undefined : left;
  }
  if (!isJsonObject(value) || typeof step !== "string") return value;
  const { [step]: child, ...others } = value;
  const kept = rest.length === 0 ? undefined : removed(child, rest);
  return kept === undefined ? others : { ...value, [step]: kept };
}

/** Whether an event says nothing any more once its texts are gone. */
export function isHollow(value: JsonObject): boolean {
  return objectsAt(value, "choices").every(([, choice]) =>
    Object.entries(choice).every(([key, member]) => {
      if (key === "index") return true;
      if (key !== "delta") return member === null;
      return Object.entries(objectAt(choice, "delta") ?? {}).every(
        ([name, said]) => name === "role" || said === null || said === "",
      );
    }),
  );
}

/** The choice with its log-probabilities behind its text, where the chunk's template wants them. */
export function logprobsLast(value: JsonValue, hole: JsonPath): JsonValue {
  if (!isJsonObject(value)) return value;
  const choices = objectsAt(value, "choices").map(([index, choice]) => {
    if (index !== hole[1]) return choice;
    const { logprobs = null, ...others } = choice;
    return { ...others, logprobs };
  });
  return { ...value, choices };
}

/** Where a signature may stand, from the entry or message on whose text it stands for, and what stands there once
 *  that text was masked: Gemini's models refuse a call that has none. */
const SEALS: readonly { readonly at: JsonPath; readonly instead?: string }[] = [
  { at: ["signature"] },
  { at: ["extra_content", "google", "thought_signature"], instead: NO_SIGNATURE },
];

export interface Seal {
  readonly path: JsonPath;
  readonly instead?: string;
}

/** Signatures that stand beside a text, in its entry of a list or in its message. */
export function sealsBeside(value: JsonValue, text: JsonPath): readonly Seal[] {
  const entry = text.findLastIndex((step, index) => index > 1 && typeof step === "number");
  const around = [text.slice(0, 3), ...(entry < 0 ? [] : [text.slice(0, entry + 1)])];
  return around
    .flatMap((base) => SEALS.map(({ at, ...seal }): Seal => ({ ...seal, path: [...base, ...at] })))
    .filter(({ path }) => typeof valueAt(value, path) === "string");
}

/** The envelope without the signatures beside its text; null where there are none. */
export function unsealed({ value, path }: Envelope): Envelope | null {
  const seals = sealsBeside(value, path);
  if (seals.length === 0) return null;
  const open = seals.reduce(
    (rest, seal) =>
      (seal.instead === undefined ? removed(rest, seal.path) : withValue(rest, seal.path, seal.instead)) ??
      rest,
    value,
  );
  return { value: open, path };
}

/** Signatures in an event without text: they stand for what their choice has said. */
export function sealsIn(value: JsonObject, channels: (choice: number) => readonly number[]): DropIfMasked {
  return objectsAt(value, "choices").flatMap(([at, choice]) => {
    const delta = objectAt(choice, "delta") ?? {};
    const index = typeof choice["index"] === "number" ? choice["index"] : 0;
    const texts = ["reasoning_details", "tool_calls"].flatMap((list) =>
      objectsAt(delta, list).map(([entry]): JsonPath => ["choices", at, "delta", list, entry, "text"]),
    );
    const seals = [["choices", at, "delta", "content"], ...texts].flatMap((text) => sealsBeside(value, text));
    return [...new Map(seals.map((seal) => [seal.path.join("."), seal])).values()].map((seal) => ({
      ...seal,
      channels: channels(index),
    }));
  });
}

type DropIfMasked = Extract<DecodedEvent, { type: "output" }>["dropIfMasked"];

/** Offsets of citations point into the text as it was. */
export function offsetsIn(
  value: JsonObject,
  member: string,
  channels: (choice: number) => readonly number[],
): DropIfMasked {
  return objectsAt(value, "choices").flatMap(([at, choice]) => {
    const index = typeof choice["index"] === "number" ? choice["index"] : 0;
    return objectsAt(objectAt(choice, member) ?? {}, "annotations").flatMap(([number]) =>
      ["start_index", "end_index"].map((key) => ({
        path: ["choices", at, member, "annotations", number, "url_citation", key],
        channels: channels(index),
      })),
    );
  });
}

function isScalar(value: JsonValue): boolean {
  return typeof value !== "object" || value === null;
}
