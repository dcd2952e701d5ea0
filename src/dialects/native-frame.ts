import type { EntryOf } from "../domain/entry.js";

/** A chunk in its envelope: the upstream's event with the released text. */
export function chunkData(template: EntryOf<"template">, chunk: EntryOf<"chunk">): string {
  const text = JSON.stringify(chunk.text);
  if (template.middle === null) return template.before + text + template.after;
  return template.before + text + template.middle + (chunk.logprobs ?? "null") + template.after;
}
