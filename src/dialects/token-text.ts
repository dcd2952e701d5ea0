import { isJsonObject, type JsonValue } from "../domain/json.js";
import type { LogprobToken } from "./dialect.js";

/**
 * Lays the tokens of a list of log-probabilities over the text that came with them. A token may hold a part
 * of a character only; its text is then what it completes. Tokens that spell anything but the text
 * are dropped, all of them: they would carry text past the masker.
 */
export function tokensOver(text: string, entries: readonly JsonValue[]): readonly LogprobToken[] | null {
  const decoder = new TextDecoder();
  const tokens: LogprobToken[] = [];
  let spelled = "";
  for (const entry of entries) {
    const bytes = bytesOf(entry);
    if (bytes === null) return null;
    const piece = decoder.decode(bytes, { stream: true });
    spelled += piece;
    tokens.push({ text: piece, json: JSON.stringify(entry), alternatives: alternativesIn(entry) });
  }
  return spelled + decoder.decode() === text ? tokens : null;
}

/** The texts of an entry's alternatives: in a list with their bytes, or as the keys of their figures. */
export function alternativesIn(entry: JsonValue): readonly string[] {
  const others = isJsonObject(entry) ? entry["top_logprobs"] : null;
  if (isJsonObject(others)) return Object.keys(others);
  return Array.isArray(others) ? others.flatMap((other: JsonValue) => spellings(other)) : [];
}

function spellings(other: JsonValue): readonly string[] {
  if (!isJsonObject(other)) return [];
  const { token, bytes } = other;
  const raw = Array.isArray(bytes) ? bytes.filter((byte): byte is number => typeof byte === "number") : [];
  const spelled = raw.length === 0 ? [] : [new TextDecoder().decode(Uint8Array.from(raw))];
  return typeof token === "string" && token !== spelled[0] ? [token, ...spelled] : spelled;
}

/** A token without bytes, or whose bytes and text differ in a way that is no part of a character, is not
 *  taken at its word: both stand in the answer. */
function bytesOf(entry: JsonValue): Uint8Array | null {
  if (!isJsonObject(entry) || typeof entry["token"] !== "string") return null;
  const token = entry["token"];
  const bytes = entry["bytes"];
  if (!Array.isArray(bytes)) return Buffer.from(token);
  if (!bytes.every((byte): byte is number => Number.isInteger(byte) && byte >= 0 && byte < 256)) return null;
  const raw = Uint8Array.from(bytes);
  const whole = new TextDecoder().decode(raw);
  if (whole === token || whole.includes("\ufffd")) return raw;
  return null;
}
