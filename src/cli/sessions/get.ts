import type { JsonObject } from "../../domain/json.js";
import { act } from "../act.js";
import { withClient } from "../connect.js";
import { numberOf, objectOf, objectsOf, textOf } from "../fields.js";
import type { GatewayFlags } from "../flags.js";
import { EXIT, type Io } from "../io.js";
import { visible, visibleLine } from "../output.js";
import { sessionNamed } from "../session-name.js";

/** `sluice sessions get`. */
export function get(name: string, options: GatewayFlags, io: Io): Promise<number> {
  return act(options, io, (output) =>
    withClient(options, io, async (client) => {
      const sessionId = await sessionNamed(name, client);
      const answer = await client.call("Sessions", "Get", { sessionId });
      if (output.json) await output.object(answer);
      else await output.data(described(answer));
      return EXIT.ok;
    }),
  );
}

function described(answer: JsonObject): string {
  const session = objectOf(answer, "session");
  const { issuer, subject, team } = { issuer: "", subject: "", team: "", ...objectOf(session, "principal") };
  const found = objectsOf(session, "findings")
    .map((finding) => `${textOf(finding, "entity")} ${numberOf(finding, "count")}`)
    .join(", ");
  const rows: readonly (readonly [string, string])[] = [
    ["session", textOf(session, "sessionId")],
    ["opened", textOf(session, "openedAt")],
    ["who", `${subject} of ${issuer}${team === "" ? "" : `, team ${team}`}`],
    [
      "model",
      `${textOf(session, "connection")}/${textOf(session, "model")}, asked as ${textOf(session, "dialect")}`,
    ],
    ["decision", textOf(session, "decision") || "none yet"],
    ["outcome", textOf(session, "outcome") || "open"],
    [
      "length",
      `${(numberOf(session, "durationMs") / 1000).toFixed(3)} s, ${numberOf(session, "chunks")} chunks, ${numberOf(session, "lastSeq")} records`,
    ],
    ["found", found || "nothing"],
    ["head", textOf(answer, "headHash")],
  ];
  const lines = rows.map(([name, value]) => `${name.padEnd(10)}${visibleLine(value)}\n`).join("");
  const request = textOf(answer, "requestJson");
  return request === "" ? lines : `${lines}request   (masked)\n${visible(indented(request))}\n`;
}

function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
