import type { ChannelKind } from "../../domain/channel.js";
import type { JsonObject, JsonPath } from "../../domain/json.js";
import type { ChannelShape } from "../channel-table.js";
import { numberAt, objectAt, objectsAt, stringAt } from "../json-place.js";

/** A piece of channel text inside a message or a delta. */
export interface Place {
  /** From the message or delta on. */
  readonly path: JsonPath;
  /** Empty for a tool call that has no arguments yet: it is known, and nothing was said. */
  readonly text: string;
  /** Which channel of the choice it belongs to. */
  readonly key: string;
  readonly shape: Omit<ChannelShape, "choice">;
  /** Which list of log-probabilities goes with it. */
  readonly logprobs: "content" | "refusal" | null;
}

export interface PlaceOptions {
  /** The answer was asked for as JSON. */
  readonly jsonContent: boolean;
}

/** Everything in a message or delta that is the text of a channel, in the order of the grammar. */
export function placesOf(message: JsonObject, options: PlaceOptions): readonly Place[] {
  return [
    ...thinkingParts(message),
    ...reasoningFields(message),
    ...contentPlaces(message, options),
    ...fieldPlace(message, "refusal", "refusal", "refusal"),
    ...toolPlaces(message),
    ...functionCall(message),
    ...transcript(message),
  ];
}

function contentPlaces(message: JsonObject, options: PlaceOptions): readonly Place[] {
  const syntax = options.jsonContent ? "json" : "text";
  const shape = { ...textShape("text"), syntax } as const;
  const content = stringAt(message, "content");
  if (content !== null) return [place(["content"], content, { key: "content", shape, logprobs: "content" })];
  return objectsAt(message, "content").flatMap(([index, part]) => {
    const text = stringAt(part, "text");
    if (text === null) return [];
    return [place(["content", index, "text"], text, { key: "content", shape })];
  });
}

/** Mistral: `content: [{type: "thinking", thinking: [{type: "text", text}]}]`. */
function thinkingParts(message: JsonObject): readonly Place[] {
  return objectsAt(message, "content").flatMap(([index, part]) =>
    objectsAt(part, "thinking").flatMap(([inner, entry]) => {
      const text = stringAt(entry, "text");
      if (text === null) return [];
      return [
        place(["content", index, "thinking", inner, "text"], text, {
          key: "thinking",
          shape: textShape("reasoning"),
        }),
      ];
    }),
  );
}

/** Providers name it `reasoning` or `reasoning_content`; some send both, and details that repeat it. */
function reasoningFields(message: JsonObject): readonly Place[] {
  const both = stringAt(message, "reasoning") !== null && stringAt(message, "reasoning_content") !== null;
  const details = objectsAt(message, "reasoning_details").flatMap(([index, entry]) =>
    ["text", "summary"].flatMap((field) => {
      const text = stringAt(entry, field);
      if (text === null) return [];
      const number = numberAt(entry, "index") ?? index;
      return [
        place(["reasoning_details", index, field], text, {
          key: `details.${number}.${field}`,
          shape: { ...textShape("other"), index: number },
        }),
      ];
    }),
  );
  return [
    ...fieldPlace(message, "reasoning_content", "reasoning", null),
    ...fieldPlace(message, "reasoning", both ? "other" : "reasoning", null),
    ...details,
  ];
}

function fieldPlace(
  message: JsonObject,
  field: string,
  kind: ChannelKind,
  logprobs: Place["logprobs"],
): readonly Place[] {
  const text = stringAt(message, field);
  return text === null ? [] : [place([field], text, { key: field, shape: textShape(kind), logprobs })];
}

function toolPlaces(message: JsonObject): readonly Place[] {
  return objectsAt(message, "tool_calls").flatMap(([at, call]) => {
    const index = numberAt(call, "index") ?? at;
    const about = { index, toolCallId: stringAt(call, "id"), at };
    const custom = objectAt(call, "custom");
    if (custom !== null) {
      return [toolPlace(about, { member: "custom", field: "input", body: custom, kind: "tool_text" })];
    }
    const called = objectAt(call, "function") ?? {};
    return [
      toolPlace(about, { member: "function", field: "arguments", body: called, kind: "tool_arguments" }),
    ];
  });
}

function toolPlace(
  about: { readonly index: number; readonly toolCallId: string | null; readonly at: number },
  call: {
    readonly member: string;
    readonly field: string;
    readonly body: JsonObject;
    readonly kind: ChannelKind;
  },
): Place {
  const { index, toolCallId, at } = about;
  return {
    path: ["tool_calls", at, call.member, call.field],
    text: stringAt(call.body, call.field) ?? "",
    key: `tool.${index}`,
    shape: {
      kind: call.kind,
      index,
      toolCallId,
      toolName: stringAt(call.body, "name"),
      syntax: call.kind === "tool_arguments" ? "json" : "text",
    },
    logprobs: null,
  };
}

function functionCall(message: JsonObject): readonly Place[] {
  const call = objectAt(message, "function_call");
  if (call === null) return [];
  const shape = {
    kind: "tool_arguments",
    index: 0,
    toolCallId: null,
    toolName: stringAt(call, "name"),
    syntax: "json",
  } as const;
  const text = stringAt(call, "arguments") ?? "";
  return [place(["function_call", "arguments"], text, { key: "function_call", shape })];
}

function transcript(message: JsonObject): readonly Place[] {
  const audio = objectAt(message, "audio");
  const text = audio === null ? null : stringAt(audio, "transcript");
  if (text === null) return [];
  return [place(["audio", "transcript"], text, { key: "audio", shape: textShape("other") })];
}

function textShape(kind: ChannelKind): Place["shape"] {
  return { kind, index: 0, toolCallId: null, toolName: null, syntax: "text" };
}

function place(
  path: JsonPath,
  text: string,
  rest: Pick<Place, "key" | "shape"> & Partial<Pick<Place, "logprobs">>,
): Place {
  return { path, text, logprobs: null, ...rest };
}
