import type { JsonObject } from "../../domain/json.js";
import { act } from "../act.js";
import { withClient } from "../connect.js";
import { numberOf, numbersOf, objectsOf, textOf } from "../fields.js";
import type { GatewayFlags } from "../flags.js";
import { EXIT, type Io } from "../io.js";
import { sessionNamed } from "../session-name.js";
import { table } from "../table.js";

/** `sluice sessions outline`: what happened when, and how densely it streamed; no text of the session. */
export function outline(name: string, options: GatewayFlags, io: Io): Promise<number> {
  return act(options, io, (output) =>
    withClient(options, io, async (client) => {
      const sessionId = await sessionNamed(name, client);
      const answer = await client.call("Sessions", "Outline", { sessionId });
      if (output.json) await output.object({ sessionId, ...answer });
      else await output.data(drawn(answer));
      return EXIT.ok;
    }),
  );
}

function drawn(answer: JsonObject): string {
  const rows = objectsOf(answer, "events").map((event) => [
    seconds(numberOf(event, "offsetMs")),
    String(numberOf(event, "seq")),
    textOf(event, "type"),
    textOf(event, "detail"),
  ]);
  const chunks = numbersOf(answer, "density");
  const total = chunks.reduce((sum, count) => sum + count, 0);
  const bar = barOf(chunks);
  const length = seconds(numberOf(answer, "durationMs"));
  const heading = `${total} chunks in ${length} s`;
  return `${table(["SECONDS", "SEQ", "EVENT", "WHICH"], rows)}${bar === "" ? heading : `${heading}\n|${bar}|`}\n`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

const BAR_WIDTH = 60;
const LEVELS = " .:-=+*#%@";

/** Chunks over time in one line, from the opening to the last chunk; the fullest column is `@`. */
function barOf(chunks: readonly number[]): string {
  const width = Math.min(BAR_WIDTH, chunks.length);
  const columns = Array.from({ length: width }, () => 0);
  for (const [at, count] of chunks.entries()) {
    const column = Math.floor((at * width) / chunks.length);
    columns[column] = (columns[column] ?? 0) + count;
  }
  const fullest = Math.max(1, ...columns);
  return columns.map((count) => LEVELS[Math.ceil((count / fullest) * (LEVELS.length - 1))] ?? "").join("");
}
