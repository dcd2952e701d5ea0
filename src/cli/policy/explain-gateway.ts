import type { JsonObject } from "../../domain/json.js";
import { badFlag } from "../bad-flag.js";
import { withClient } from "../connect.js";
import { given, objectsOf, textOf } from "../fields.js";
import type { GatewayFlags } from "../flags.js";
import type { Io } from "../io.js";
import type { ExplainFlags } from "./explain-flags.js";
import type { Shown, Step } from "./explanation.js";
import { explanationText } from "./explanation-text.js";

/** Explains through a running gateway, by the policies in force. */
export function explainThroughGateway(asked: GatewayFlags & ExplainFlags, io: Io): Promise<Shown> {
  return withClient(asked, io, async (client) => {
    const answer = await client.call("Policies", "Explain", requestOf(asked));
    const effect = textOf(answer, "effect");
    const denial = objectsOf(answer, "reasons").find((reason) => textOf(reason, "effect") === "deny");
    return {
      json: answer,
      text: `policies ${textOf(answer, "policyVersion").slice(0, 15)}\n\n${explanationText({
        target: asked.model ?? "demo",
        effect,
        message: denial === undefined ? "" : textOf(denial, "message"),
        steps: objectsOf(answer, "trace").map(stepOf),
        facts: factsOf(textOf(answer, "obligationsJson")),
      })}`,
      denied: effect === "deny",
    };
  });
}

function requestOf(asked: GatewayFlags & ExplainFlags): JsonObject {
  const { subject, groups, team, issuer, connection, prompt, system } = asked;
  // The demo has one model, which need not be named.
  const model = asked.model ?? (asked.as === undefined ? undefined : "demo");
  if (model === undefined) throw badFlag("--model", "name the model to ask about.");
  const isOther = [subject, groups, team, issuer].some((value) => value !== undefined);
  const as = given({
    subject,
    team,
    issuer,
    groups: groups?.split(",").map((name) => name.trim()),
  });
  const messages = [
    ...(system === undefined ? [] : [{ role: "system", parts: [{ text: system }] }]),
    ...(prompt === undefined ? [] : [{ role: "user", parts: [{ text: prompt }] }]),
  ];
  return given({
    model,
    connection,
    as: isOther ? as : undefined,
    request: prompt === undefined ? undefined : { model, messages },
  });
}

function stepOf(step: JsonObject): Step {
  const rule = textOf(step, "rule");
  return {
    policy: textOf(step, "policy"),
    rule: rule === "" ? null : rule,
    applied: step["applied"] === true,
    effect: textOf(step, "effect"),
    why: textOf(step, "why"),
  };
}

function factsOf(obligations: string): readonly (readonly [string, string])[] {
  return obligations === "" || obligations === "{}" ? [] : [["requires", obligations]];
}
