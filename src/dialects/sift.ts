import type { Channel } from "../domain/channel.js";
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from "../domain/json.js";
import { broken } from "./broken.js";
import type { TextSlot } from "./dialect.js";
import { type FieldRule, type FieldTable, KNOWN_WORDS, plainKey, SHORT_TOKEN } from "./field-rules.js";
import { valueAt } from "./json-place.js";

export interface SiftOptions {
  readonly depth: number;
  /** Dotted paths without indexes (`choices.delta.note`) whose strings pass as channels. */
  readonly passFields: ReadonlySet<string>;
  /** True for whole bodies: channel text stays, each in a `copy` slot whose channel the caller fills in. */
  readonly keepText?: boolean;
  /** True where passed fields come whole in their events: they stay and are masked there. */
  readonly passWhole?: boolean;
}

/** `copy` slots with the channels that they copy; text that no channel carries is masked by itself. */
export function copiesOf(
  slots: readonly TextSlot[],
  channels: readonly { readonly path: JsonPath; readonly channel: Channel }[],
): readonly TextSlot[] {
  const byPath = new Map(channels.map(({ path, channel }) => [JSON.stringify(path), channel]));
  return slots.map((slot) => {
    if (slot.mode !== "copy") return slot;
    const channel = byPath.get(JSON.stringify(slot.path));
    if (channel === undefined) return { ...slot, mode: "whole" };
    return { ...slot, channel: channel.id, syntax: channel.syntax };
  });
}

/** A string that is a channel's text, and where it stands. */
export interface PassedText {
  readonly path: JsonPath;
  readonly text: string;
}

export interface Sifted {
  /** The value without channel text and without what is dropped. */
  readonly value: JsonObject;
  /** Strings that stay in `value` and that the detectors must see. */
  readonly slots: readonly TextSlot[];
  /** Strings of fields that the connection passes; no longer in `value`. */
  readonly passed: readonly PassedText[];
}

const MAX_LABEL = 256;

/** Applies a dialect's table to one JSON value. */
export function sift(value: JsonObject, table: FieldTable, options: SiftOptions): Sifted {
  const sieve = new Sieve(options);
  const kept = sieve.object(value, table, []);
  return { value: kept, slots: sieve.slots, passed: sieve.passed };
}

/** `a[].b`, `a.b` and `/a/b` name the same field. */
export function passFieldSet(fields: readonly string[]): ReadonlySet<string> {
  return new Set(
    fields.map((field) =>
      field
        .replace(/\[\d*\]/g, "")
        .replace(/^\//, "")
        .replaceAll("/", "."),
    ),
  );
}

class Sieve {
  readonly slots: TextSlot[] = [];
  readonly passed: PassedText[] = [];
  readonly #options: SiftOptions;

  constructor(options: SiftOptions) {
    this.#options = options;
  }

  object(value: JsonObject, rule: FieldRule | undefined, path: JsonPath): JsonObject {
    if (path.length > this.#options.depth) {
      throw broken(`one of its events nests deeper than ${this.#options.depth} levels`);
    }
    const kept: { [key: string]: JsonValue } = {};
    for (const [key, child] of Object.entries(value)) {
      const listed = childRule(rule, key);
      if (listed === undefined && !plainKey(key)) continue;
      const passes = this.#any(child, listed, [...path, key]);
      if (passes === undefined) continue;
      kept[key] = passes;
      // A name that no table knows is text too. It comes after its member's own strings, which it may take along.
      if (rule === "tree" || listed === undefined) {
        this.slots.push({ path: [...path, key], mode: "key", channel: null, syntax: "text" });
      }
    }
    return kept;
  }

  #any(value: JsonValue, rule: FieldRule | undefined, path: JsonPath): JsonValue | undefined {
    if (value === null) return value;
    if (rule === "drop") return undefined;
    if (typeof value === "string") return this.#string(value, stringRule(rule), path);
    if (typeof value !== "object") return value;
    if (rule === "hole") return this.#options.keepText === true ? value : null;
    if (isJsonObject(value)) return this.object(value, rule, path);
    if (rule === "logprobs" && this.#options.keepText === true) return value;
    if (rule === "logprobs") return value.length === 0 ? value : null;
    return this.#list(value, rule, path);
  }

  /** Entries keep their indexes where objects stand among them; a list of strings closes up. */
  #list(value: readonly JsonValue[], rule: FieldRule | undefined, path: JsonPath): readonly JsonValue[] {
    const keepPlaces = value.some((entry) => typeof entry === "object" && entry !== null);
    const kept: JsonValue[] = [];
    for (const entry of value) {
      const passes = this.#any(entry, rule, [...path, kept.length]);
      if (passes !== undefined) kept.push(passes);
      else if (keepPlaces) kept.push(null);
    }
    return kept;
  }

  #string(value: string, rule: FieldRule | undefined, path: JsonPath): string | undefined {
    if (value === "") return value;
    switch (rule) {
      case "text":
      case "tree":
        return this.#slot(value, { path, mode: "whole", channel: null, syntax: "text" });
      case "json":
        return this.#slot(value, { path, mode: "whole", channel: null, syntax: "json" });
      case "label":
        return value.length > MAX_LABEL ? undefined : this.#token(value, path);
      case "opaque":
        return value;
      case "delta":
        if (this.#options.keepText !== true) return undefined;
        return this.#slot(value, { path, mode: "copy", channel: null, syntax: "text" });
      case "drop":
      case "logprobs":
      case "hole":
        return undefined;
      default:
        return this.#unlisted(value, path);
    }
  }

  #unlisted(value: string, path: JsonPath): string | undefined {
    if (this.#options.passFields.size > 0 && this.#options.passFields.has(dotted(path))) {
      if (this.#options.keepText === true || this.#options.passWhole === true) {
        return this.#slot(value, { path, mode: "whole", channel: null, syntax: "text" });
      }
      this.passed.push({ path, text: value });
      return undefined;
    }
    return SHORT_TOKEN.test(value) ? this.#token(value, path) : undefined;
  }

  #token(value: string, path: JsonPath): string {
    if (KNOWN_WORDS.has(value)) return value;
    return this.#slot(value, { path, mode: "token", channel: null, syntax: "text" });
  }

  #slot(value: string, slot: TextSlot): string {
    this.slots.push(slot);
    return value;
  }
}

function childRule(rule: FieldRule | undefined, key: string): FieldRule | undefined {
  if (rule === "tree" || rule === "logprobs") return rule;
  if (rule === undefined || typeof rule === "string") return undefined;
  return Object.hasOwn(rule, key) ? rule[key] : undefined;
}

function stringRule(rule: FieldRule | undefined): FieldRule | undefined {
  return typeof rule === "object" ? rule[""] : rule;
}

function dotted(path: JsonPath): string {
  return path.filter((step) => typeof step === "string").join(".");
}

/** Strings that stand in the envelope of every chunk. */
export function stringsOf(sifted: Sifted): readonly string[] {
  return sifted.slots.flatMap(({ path, mode }) => {
    const text = mode === "key" ? path.at(-1) : valueAt(sifted.value, path);
    return typeof text === "string" ? [text] : [];
  });
}
