/** What a channel's text is to the model and its client. */
export type ChannelKind =
  | "text"
  | "reasoning"
  | "reasoning_summary"
  | "refusal"
  | "tool_arguments"
  /** Input of a custom (free text) tool, code of a code interpreter, shell commands and output. */
  | "tool_text"
  /** Any further text field of a dialect, masked like text. */
  | "other";

/**
 * One stream of text inside a session: choice x field. A channel is masked by itself, in the
 * order of its own text, and has one number in its session.
 */
export interface Channel {
  /** From 0, in the order of first appearance in the session. */
  readonly id: number;
  readonly kind: ChannelKind;
  /** Index of the choice (candidate); 0 where the dialect has one. */
  readonly choice: number;
  /** Position of the part inside the choice: content block, output item or tool call index. */
  readonly index: number;
  /** For tool channels: the provider's call id and the tool's name. */
  readonly toolCallId: string | null;
  readonly toolName: string | null;
  /** `json`: masked JSON-aware; what is released always parses where the source did. */
  readonly syntax: "text" | "json";
}
