import type { JsonPath } from "../../domain/json.js";
import type { PromptRole, PromptSegment } from "../../domain/prompt.js";

/** Gathers every string that the model will read, with its place. */
export class SegmentList {
  readonly #segments: PromptSegment[] = [];

  add(
    role: PromptRole,
    message: number,
    text: string,
    path: JsonPath,
    syntax: "text" | "json" = "text",
  ): void {
    if (text !== "") this.#segments.push({ role, message, text, path, syntax });
  }

  all(): readonly PromptSegment[] {
    return this.#segments;
  }
}
