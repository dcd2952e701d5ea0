import type { JsonObject } from "../../domain/json.js";
import { act } from "../act.js";
import { withClient } from "../connect.js";
import { numberOf, objectOf, objectsOf, textOf, textsOf } from "../fields.js";
import type { GatewayFlags } from "../flags.js";
import { EXIT, type Io } from "../io.js";
import { visible, visibleLine } from "../output.js";
import { approvalNamed } from "./approval-name.js";

/** `sluice approvals show`. */
export function show(
  name: string,
  options: GatewayFlags & { readonly raw: boolean },
  io: Io,
): Promise<number> {
  return act(options, io, (output) =>
    withClient(options, io, async (client) => {
      const approvalId = await approvalNamed(name, client);
      const answer = await client.call("Approvals", "Get", { approvalId });
      if (output.json) await output.object(answer);
      else await output.data(described(answer, options.raw));
      return EXIT.ok;
    }),
  );
}

function described(answer: JsonObject, raw: boolean): string {
  const approval = objectOf(answer, "approval");
  const requester = objectOf(approval, "requester");
  const version = numberOf(approval, "version");
  const rows: readonly (readonly [string, string])[] = [
    ["approval", `${textOf(approval, "approvalId")}  ${textOf(approval, "state")}`],
    ["session", textOf(approval, "sessionId")],
    ["who", `${textOf(requester, "subject")} of ${textOf(requester, "issuer")}`],
    ["rule", `${textOf(approval, "policy")}/${textOf(approval, "rule")}`],
    ["policy", textOf(approval, "policyVersion")],
    ["model", `${textOf(approval, "connection")}/${textOf(approval, "model")}`],
    [
      "needs",
      `${Math.max(1, numberOf(approval, "approvalsNeeded"))} of ${textsOf(approval, "reviewers").join(", ")}`,
    ],
    ["asked", textOf(approval, "createdAt")],
    ["lapses", textOf(approval, "expiresAt")],
    ["digest", textOf(approval, "digest")],
    ["version", String(version)],
    ...objectsOf(approval, "votes").map(
      (vote) =>
        ["vote", `${textOf(vote, "subject")} ${textOf(vote, "verdict")}: ${textOf(vote, "reason")}`] as const,
    ),
    [
      "you",
      answer["mayDecide"] === true ? "may decide" : textOf(answer, "whyNot") || "may not decide any more",
    ],
  ];
  const lines = rows.map(([label, value]) => `${label.padEnd(10)}${visibleLine(value)}\n`);
  return `${lines.join("")}${objectsOf(answer, "prompt")
    .map((part) => promptText(part, raw))
    .join("")}`;
}

/** The places that made the rule ask stand between angle quotes. */
function promptText(part: JsonObject, raw: boolean): string {
  const text = textOf(part, "text");
  const safe = (piece: string): string => (raw ? piece : visible(piece));
  let marked = "";
  let at = 0;
  for (const match of objectsOf(part, "matches")) {
    const [start, end] = [numberOf(match, "start"), numberOf(match, "end")];
    if (start < at || end < start) continue;
    marked += `${safe(text.slice(at, start))}\u00bb${safe(text.slice(start, end))}\u00ab`;
    at = end;
  }
  return `\n[${visibleLine(textOf(part, "role"))}]\n${marked}${safe(text.slice(at))}\n`;
}
