import { quote, suggest } from "../../documents/index.js";
import { SluiceError } from "../../domain/errors.js";
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from "../../domain/json.js";
import { fieldName, invalid } from "../request-shape.js";

/**
 * Reads one JSON object by the proto's JSON mapping: absent, null and the zero value are one; every key
 * must be known. Messages name the field and never its value.
 * @see https://protobuf.dev/programming-guides/json/
 */
export class Fields {
  readonly path: JsonPath;
  readonly #object: JsonObject;

  constructor(value: JsonValue, path: JsonPath, known: readonly string[]) {
    if (!isJsonObject(value)) throw invalid(path, "must be an object");
    for (const key of Object.keys(value)) {
      if (!known.includes(key))
        throw invalid([...path, key.slice(0, 60)], `is not known; ${suggest(key, known)}`);
    }
    this.path = path;
    this.#object = value;
  }

  at(key: string): JsonPath {
    return [...this.path, key];
  }

  has(key: string): boolean {
    return this.#value(key) !== null;
  }

  /** Whether a field holds more than the zero value that the proto's mapping may write out. */
  isSet(key: string): boolean {
    const value = this.#value(key);
    return value !== null && value !== "" && value !== false;
  }

  /** A string; empty where absent. */
  text(key: string, maxLength: number = Number.POSITIVE_INFINITY): string {
    const value = this.#value(key) ?? "";
    if (typeof value !== "string") throw invalid(this.at(key), "must be a string");
    if (value.length > maxLength) {
      const message = `${fieldName(this.at(key))} is longer than ${maxLength} characters.`;
      throw new SluiceError("too_large", message, { field: fieldName(this.at(key)) });
    }
    return value;
  }

  /** A string that must say something. */
  required(key: string, maxLength: number = Number.POSITIVE_INFINITY): string {
    const text = this.text(key, maxLength);
    if (text === "") throw invalid(this.at(key), "is missing or empty");
    return text;
  }

  /** One of the words; null where absent. */
  word<T extends string>(key: string, words: readonly T[]): T | null {
    const text = this.text(key);
    if (text === "") return null;
    const found = words.find((word) => word === text);
    if (found === undefined) throw invalid(this.at(key), `is ${quote(text)}; ${suggest(text, words)}`);
    return found;
  }

  /** True or false; null where absent. */
  flag(key: string): boolean | null {
    const value = this.#value(key);
    if (value === null || typeof value === "boolean") return value;
    throw invalid(this.at(key), "must be true or false");
  }

  /** A number in `[least, most]`; null where absent. */
  number(key: string, least: number, most: number): number | null {
    const value = this.#value(key);
    if (value === null) return null;
    if (typeof value !== "number" || !(value >= least && value <= most)) {
      throw invalid(this.at(key), `must be a number from ${least} to ${most}`);
    }
    return value;
  }

  /** A whole number in `[least, most]`; null where absent. */
  integer(key: string, least: number, most: number): number | null {
    const value = this.number(key, least, most);
    if (value !== null && !Number.isInteger(value)) throw invalid(this.at(key), "must be a whole number");
    return value;
  }

  /** A list; empty where absent. */
  list(key: string, most: number): readonly JsonValue[] {
    const value = this.#value(key) ?? [];
    if (!Array.isArray(value)) throw invalid(this.at(key), "must be a list");
    if (value.length > most) {
      const message = `${fieldName(this.at(key))} has more than ${most} entries.`;
      throw new SluiceError("too_large", message, { field: fieldName(this.at(key)) });
    }
    return value;
  }

  /** Another message by its fields; null where absent. */
  message(key: string, known: readonly string[]): Fields | null {
    const value = this.#value(key);
    return value === null ? null : new Fields(value, this.at(key), known);
  }

  /** A string that holds one JSON object; null where absent. */
  jsonObject(key: string): JsonObject | null {
    const text = this.text(key);
    if (text === "") return null;
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      throw invalid(this.at(key), "is not JSON");
    }
    if (isJson(parsed) && isJsonObject(parsed)) return parsed;
    throw invalid(this.at(key), `must hold one JSON object, nested at most ${MAX_DEPTH} deep`);
  }

  #value(key: string): JsonValue {
    return Object.hasOwn(this.#object, key) ? (this.#object[key] ?? null) : null;
  }
}

const MAX_DEPTH = 64;

/** What JSON.parse returned, checked for depth since everything after it recurses. */
function isJson(value: unknown, depth = 0): value is JsonValue {
  if (value === null || typeof value !== "object") return true;
  if (depth >= MAX_DEPTH) return false;
  return Object.values(value).every((inner) => isJson(inner, depth + 1));
}
