import type { Channel } from "../../domain/channel.js";
import type { JsonObject } from "../../domain/json.js";

interface Call {
  readonly index: number;
  readonly id: string;
  readonly name: string;
}

/** Tool calls of a log as chat completions number them: from 0 in each choice, whatever else it holds. */
export class ToolNumbers {
  readonly #calls = new Map<number, Call>();
  readonly #counts = new Map<number, number>();

  /** The entry that announces a call; null for a channel that is none. */
  begin(channel: Channel): JsonObject | null {
    if (channel.kind !== "tool_arguments" && channel.kind !== "tool_text") return null;
    const { index, id, name } = this.#call(channel);
    return channel.kind === "tool_text"
      ? { index, id, type: "custom", custom: { name, input: "" } }
      : { index, id, type: "function", function: { name, arguments: "" } };
  }

  piece(channel: Channel, text: string): JsonObject {
    const { index } = this.#call(channel);
    return channel.kind === "tool_text"
      ? { index, custom: { input: text } }
      : { index, function: { arguments: text } };
  }

  /** A finished call as it stands in a message. */
  whole(channel: Channel, text: string): JsonObject {
    const { id, name } = this.#call(channel);
    return channel.kind === "tool_text"
      ? { id, type: "custom", custom: { name, input: text } }
      : { id, type: "function", function: { name, arguments: text } };
  }

  #call(channel: Channel): Call {
    const known = this.#calls.get(channel.id);
    if (known !== undefined) return known;
    const index = this.#counts.get(channel.choice) ?? 0;
    this.#counts.set(channel.choice, index + 1);
    const call = { index, id: channel.toolCallId || `call_${channel.id}`, name: channel.toolName ?? "" };
    this.#calls.set(channel.id, call);
    return call;
  }
}
