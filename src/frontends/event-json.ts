import type { Entry, EntryOf } from "../domain/entry.js";
import { NO_FINDINGS } from "../domain/finding.js";
import { toEvent, toFinding } from "./event.js";

/**
 * The members of an event as JSON text without the braces, so that a front end can put its own beside
 * them: `"seq":5,"offsetMs":1.5,"chunk":{...}`. Null: the entry has no event.
 */
export function eventMembers(entry: Entry): string | null {
  if (entry.type === "chunk") return chunkMembers(entry);
  const event = toEvent(entry);
  return event === null ? null : JSON.stringify(event).slice(1, -1);
}

/** Nearly every entry is a chunk, so its text is put together by hand; a test holds both ways equal. */
function chunkMembers(entry: EntryOf<"chunk">): string {
  const { seq, offsetUs, channel, text, findings, logprobs } = entry;
  let json = offsetUs === 0 ? `"seq":${seq}` : `"seq":${seq},"offsetMs":${offsetUs / 1000}`;
  json += channel === 0 ? ',"chunk":{"text":' : `,"chunk":{"channel":${channel},"text":`;
  json += JSON.stringify(text);
  if (findings !== NO_FINDINGS && findings.length > 0) {
    json += `,"findings":${JSON.stringify(findings.map(toFinding))}`;
  }
  if (logprobs !== null && logprobs !== "") json += `,"logprobsJson":${JSON.stringify(logprobs)}`;
  return `${json}}`;
}
