import type { ClientDialect } from "../../src/dialects/dialect.js";
import type { CompletionRequest } from "../../src/dialects/request.js";
import type { Entry } from "../../src/domain/entry.js";

/** A log as the bytes that a front end would send to a streaming client. */
export function renderStream(
  client: ClientDialect,
  request: CompletionRequest | null,
  entries: readonly Entry[],
): string {
  let text = "";
  const sink = {
    frame(event: string | null, data: string): void {
      text += `${event === null ? "" : `event: ${event}\n`}data: ${data}\n\n`;
    },
  };
  const encoder = client.streamEncoder({ echo: new Map(), request });
  for (const entry of entries) {
    encoder.encode(entry, sink);
    if (entry.type === "ended" && entry.error === null) text += client.terminator ?? "";
  }
  return text;
}
