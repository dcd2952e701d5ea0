import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ChannelKind } from "../../../src/masking/masking-plan.js";

export interface ModelText {
  readonly id: string;
  readonly text: string;
  readonly kind: ChannelKind;
}

interface StreamFile {
  readonly expect?: {
    readonly text?: unknown;
    readonly reasoning?: unknown;
    readonly toolCalls?: readonly { readonly arguments?: unknown }[];
  };
}

/** What models really wrote, from recorded streams: answers, reasoning, arguments of tool calls. */
export function readModelTexts(directory: string): readonly ModelText[] {
  const texts: ModelText[] = [];
  for (const name of readdirSync(directory)
    .filter((each) => each.endsWith(".json") && !each.startsWith("c0-"))
    .sort()) {
    const { expect }: StreamFile = JSON.parse(readFileSync(join(directory, name), "utf8"));
    for (const text of strings(expect?.text)) texts.push({ id: name, text, kind: "text" });
    for (const text of strings(expect?.reasoning)) texts.push({ id: name, text, kind: "text" });
    for (const call of expect?.toolCalls ?? []) {
      for (const text of strings(call.arguments)) texts.push({ id: name, text, kind: "json" });
    }
  }
  return texts;
}

function strings(value: unknown): readonly string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap(strings);
}
