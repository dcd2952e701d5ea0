import type { ChannelKind } from "../../domain/channel.js";
import type { JsonObject, JsonPath } from "../../domain/json.js";
import type { ChannelShape } from "../channel-table.js";
import { listAt, numberAt, objectAt, objectsAt, stringAt } from "../json-place.js";

/** A piece of a channel's text in an event, or a copy of all of it. */
export interface Place {
  /** From the event or item on. */
  readonly path: JsonPath;
  readonly text: string;
  /** Which channel: `<output index>.<field>.<part>`. */
  readonly key: string;
  readonly kind: ChannelKind;
  readonly syntax: "text" | "json";
  /** Where the log-probabilities of the text stand. */
  readonly logprobs: JsonPath | null;
}

interface Field {
  readonly name: string;
  readonly kind: ChannelKind;
  readonly syntax: "text" | "json";
}

const TEXT: Field = { name: "text", kind: "text", syntax: "text" };
const REFUSAL: Field = { name: "refusal", kind: "refusal", syntax: "text" };
const REASONING: Field = { name: "reasoning", kind: "reasoning", syntax: "text" };
const SUMMARY: Field = { name: "summary", kind: "reasoning_summary", syntax: "text" };
const ARGUMENTS: Field = { name: "arguments", kind: "tool_arguments", syntax: "json" };
const INPUT: Field = { name: "input", kind: "tool_text", syntax: "text" };
/** What the provider's own tools do is no call that a caller could answer, so clients of other dialects must
 *  not see one. */
const MCP_ARGUMENTS: Field = { name: "arguments", kind: "other", syntax: "json" };
const CODE: Field = { name: "code", kind: "other", syntax: "text" };
const COMMAND: Field = { name: "command", kind: "other", syntax: "text" };
const STDOUT: Field = { name: "stdout", kind: "other", syntax: "text" };
const STDERR: Field = { name: "stderr", kind: "other", syntax: "text" };
const TRANSCRIPT: Field = { name: "transcript", kind: "other", syntax: "text" };

/** What the text of each delta event is. */
const DELTAS: Readonly<Record<string, Field>> = {
  "response.output_text.delta": TEXT,
  "response.refusal.delta": REFUSAL,
  "response.reasoning_text.delta": REASONING,
  "response.reasoning.delta": REASONING,
  "response.reasoning_summary_text.delta": SUMMARY,
  "response.reasoning_summary.delta": SUMMARY,
  "response.function_call_arguments.delta": ARGUMENTS,
  "response.mcp_call_arguments.delta": MCP_ARGUMENTS,
  "response.custom_tool_call_input.delta": INPUT,
  "response.code_interpreter_call_code.delta": CODE,
  "response.shell_call_command.delta": COMMAND,
  "response.audio.transcript.delta": TRANSCRIPT,
};

/** Where each closing event holds its channel's whole text. */
const DONES: Readonly<Record<string, { readonly field: Field; readonly member: string }>> = {
  "response.output_text.done": { field: TEXT, member: "text" },
  "response.refusal.done": { field: REFUSAL, member: "refusal" },
  "response.reasoning_text.done": { field: REASONING, member: "text" },
  "response.reasoning.done": { field: REASONING, member: "text" },
  "response.reasoning_summary_text.done": { field: SUMMARY, member: "text" },
  "response.reasoning_summary.done": { field: SUMMARY, member: "text" },
  "response.function_call_arguments.done": { field: ARGUMENTS, member: "arguments" },
  "response.mcp_call_arguments.done": { field: MCP_ARGUMENTS, member: "arguments" },
  "response.custom_tool_call_input.done": { field: INPUT, member: "input" },
  "response.code_interpreter_call_code.done": { field: CODE, member: "code" },
  "response.shell_call_command.done": { field: COMMAND, member: "command" },
};

/** Text of a delta event. One of a kind that is not known is a channel by its name. */
export function deltaPlaces(type: string, event: JsonObject): readonly Place[] {
  const output = objectAt(event, "delta");
  if (output !== null) {
    return [STDOUT, STDERR].flatMap((field) => {
      const text = stringAt(output, field.name);
      return text === null ? [] : [placeOf(event, field, ["delta", field.name], text)];
    });
  }
  const text = stringAt(event, "delta");
  if (text === null) return [];
  const known = Object.hasOwn(DELTAS, type) ? DELTAS[type] : undefined;
  return [placeOf(event, known ?? { name: type, kind: "other", syntax: "text" }, ["delta"], text)];
}

/** Copies in a closing event, in a part, or in the output of a shell. */
export function donePlaces(type: string, event: JsonObject): readonly Place[] {
  const done = Object.hasOwn(DONES, type) ? DONES[type] : undefined;
  if (done !== undefined) {
    const text = stringAt(event, done.member);
    return text === null ? [] : [placeOf(event, done.field, [done.member], text)];
  }
  const part = objectAt(event, "part");
  if (part !== null) return partPlaces(event, part);
  if (type !== "response.shell_call_output_content.done") return [];
  const first = numberAt(event, "command_index");
  return objectsAt(event, "output").flatMap(([at, output]) =>
    shellOutput(output, { outputIndex: outputIndexOf(event), index: first ?? at, path: ["output", at] }),
  );
}

function partPlaces(event: JsonObject, part: JsonObject): readonly Place[] {
  const field = partField(stringAt(part, "type") ?? "");
  const member = field?.kind === "refusal" ? "refusal" : "text";
  const text = stringAt(part, member);
  return field === null || text === null ? [] : [placeOf(event, field, ["part", member], text)];
}

function partField(type: string): Field | null {
  switch (type) {
    case "output_text":
      return TEXT;
    case "refusal":
      return REFUSAL;
    case "reasoning_text":
      return REASONING;
    case "summary_text":
      return SUMMARY;
    default:
      return null;
  }
}

/** Every text of a channel that an item holds. */
export function itemPlaces(item: JsonObject, outputIndex: number): readonly Place[] {
  switch (item["type"]) {
    case "message":
    case "reasoning":
      return [...partsOf(item, "summary", outputIndex), ...partsOf(item, "content", outputIndex)];
    case "function_call":
      return whole(item, ARGUMENTS, outputIndex);
    case "mcp_call":
      return whole(item, MCP_ARGUMENTS, outputIndex);
    case "custom_tool_call":
      return whole(item, INPUT, outputIndex);
    case "code_interpreter_call":
      return whole(item, CODE, outputIndex);
    case "shell_call":
      return listAt(objectAt(item, "action") ?? {}, "commands").flatMap((text, index) =>
        typeof text === "string"
          ? [place(COMMAND, { outputIndex, index }, ["action", "commands", index], text)]
          : [],
      );
    case "shell_call_output":
      return objectsAt(item, "output").flatMap(([index, output]) =>
        shellOutput(output, { outputIndex, index, path: ["output", index] }),
      );
    default:
      return [];
  }
}

function partsOf(item: JsonObject, list: "summary" | "content", outputIndex: number): readonly Place[] {
  return objectsAt(item, list).flatMap(([index, part]) => {
    const field = partField(stringAt(part, "type") ?? "");
    const member = field?.kind === "refusal" ? "refusal" : "text";
    const text = stringAt(part, member);
    return field === null || text === null
      ? []
      : [place(field, { outputIndex, index }, [list, index, member], text)];
  });
}

function whole(item: JsonObject, field: Field, outputIndex: number): readonly Place[] {
  const text = stringAt(item, field.name);
  return text === null ? [] : [place(field, { outputIndex, index: 0 }, [field.name], text)];
}

function shellOutput(
  output: JsonObject,
  at: { readonly outputIndex: number; readonly index: number; readonly path: JsonPath },
): readonly Place[] {
  return [STDOUT, STDERR].flatMap((field) => {
    const text = stringAt(output, field.name);
    return text === null ? [] : [place(field, at, [...at.path, field.name], text)];
  });
}

function placeOf(event: JsonObject, field: Field, path: JsonPath, text: string): Place {
  const index =
    numberAt(event, "content_index") ?? numberAt(event, "summary_index") ?? numberAt(event, "command_index");
  return place(field, { outputIndex: outputIndexOf(event), index: index ?? 0 }, path, text);
}

function place(
  field: Field,
  { outputIndex, index }: { readonly outputIndex: number; readonly index: number },
  path: JsonPath,
  text: string,
): Place {
  const { name, kind, syntax } = field;
  const logprobs = kind === "text" ? [...path.slice(0, -1), "logprobs"] : null;
  return { path, text, key: `${outputIndex}.${name}.${index}`, kind, syntax, logprobs };
}

export function outputIndexOf(event: JsonObject): number {
  return numberAt(event, "output_index") ?? 0;
}

/** The channel of a tool call by its item; null for items that are none. */
export function toolOf(item: JsonObject): Pick<ChannelShape, "toolCallId" | "toolName"> {
  return {
    toolCallId: stringAt(item, "call_id") ?? stringAt(item, "id"),
    toolName: stringAt(item, "name"),
  };
}
