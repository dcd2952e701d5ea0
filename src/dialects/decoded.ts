import type { Channel } from "../domain/channel.js";
import type { OutputItem } from "../domain/entry.js";
import { SluiceError } from "../domain/errors.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../domain/json.js";
import { broken } from "./broken.js";
import type { DecodedEvent } from "./dialect.js";
import { plainKey, SHORT_TOKEN } from "./field-rules.js";

type Output = Extract<DecodedEvent, { type: "output" }>;

/** A structural event with everything unsaid left out. */
export function output(
  items: readonly OutputItem[],
  rest: Partial<Omit<Output, "type" | "items">> = {},
): Output {
  return {
    type: "output",
    items,
    event: null,
    native: null,
    slots: [],
    flush: "none",
    dropIfMasked: [],
    ...rest,
  };
}

/** The texts of an answer that came whole, each as the one delta of its channel. */
export function wholeTexts(
  spoken: readonly { readonly channel: Channel; readonly text: string }[],
): readonly DecodedEvent[] {
  return spoken
    .filter(({ text }) => text !== "")
    .map(({ channel, text }) => ({ type: "delta", channel, text, template: null, logprobs: null }));
}

/** Parses the data of one event. @throws SluiceError `upstream_broken`. */
export function parseEvent(data: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    throw broken("one of its events is not valid JSON");
  }
  if (!isJsonObject(value)) throw broken("one of its events is not a JSON object");
  return value;
}

/** An error that the upstream reports inside its answer: its code passes where it is a short token. */
export function reportedError(error: JsonValue): SluiceError {
  const code = isJsonObject(error) ? (codeOf(error["code"]) ?? codeOf(error["type"])) : null;
  return new SluiceError(
    "upstream_broken",
    "The model reported an error inside its answer.",
    code === null ? {} : { upstreamCode: code },
  );
}

/** A provider's error code as it may stand in an error: a word or a status, else nothing. */
export function codeOf(value: JsonValue | undefined): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && plainKey(value) && !/[@$/]/.test(value) ? value : null;
}

/** A provider's request id as it may stand in an error. */
export function requestIdOf(value: string | undefined): string | null {
  return value !== undefined && SHORT_TOKEN.test(value) ? value : null;
}
