import type { Principal } from "../../domain/principal.js";
import { type PromptSegment, type PromptView, textPrompt } from "../../domain/prompt.js";
import type { PolicyExplanation, Resolution } from "../../policy/explain.js";
import { badFlag } from "../bad-flag.js";
import type { ExplainFlags } from "./explain-flags.js";
import type { Shown, Step } from "./explanation.js";
import { explanationText } from "./explanation-text.js";
import { Workbench } from "./workbench.js";

/** Explains by files, with the evaluation that a gateway decides with. */
export async function explainFiles(asked: ExplainFlags): Promise<Shown> {
  const bench = new Workbench(asked.config);
  const set = bench.read(bench.fileOr(asked.policies));
  const { pdp, close } = bench.decider(set);
  try {
    const { connection, model } = asked;
    const known = set.surroundings.connections.map(({ name }) => name);
    if (connection !== undefined && !known.includes(connection))
      throw badFlag("--connection", `is none of ${known.join(", ")}.`);
    const prompt = promptOf(asked);
    const { policyVersion, resolutions } = await pdp.explain({
      principal: principalOf(asked),
      ...(connection === undefined ? {} : { connection }),
      ...(model === undefined ? {} : { model }),
      ...(prompt === null ? {} : { prompt }),
    });
    return {
      // What is printed is plain data already; the detour drops what is undefined.
      json: JSON.parse(JSON.stringify({ policyVersion, resolutions })),
      text: `policies ${policyVersion.slice(0, 15)}\n\n${resolutions.map(textOf).join("\n")}`,
      denied: resolutions.length > 0 && resolutions.every(({ effect }) => effect === "deny"),
    };
  } finally {
    await close();
  }
}

function principalOf({
  subject = "somebody",
  groups = "",
  team,
  issuer,
  attribute,
}: ExplainFlags): Principal {
  const from = issuer ?? "https://issuer.example";
  return {
    issuer: from,
    subject,
    groups: groups
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
    roles: ["caller"],
    team: team ?? null,
    tenant: from,
    attributes: Object.fromEntries(attribute.map(attributeOf)),
    expiresAtMs: Number.MAX_SAFE_INTEGER,
  };
}

function attributeOf(written: string): readonly [string, string] {
  const at = written.indexOf("=");
  if (at < 1) throw badFlag("--attribute", `give name=value, not ${JSON.stringify(written)}.`);
  return [written.slice(0, at), written.slice(at + 1)];
}

function promptOf({ prompt, system }: ExplainFlags): PromptView | null {
  if (prompt === undefined) return null;
  const said = [
    ...(system === undefined ? [] : [{ role: "system" as const, text: system }]),
    { role: "user" as const, text: prompt },
  ];
  const segments = said.map(
    ({ role, text }, message): PromptSegment => ({
      role,
      message,
      text,
      syntax: "text",
      path: ["messages", message, "content"],
    }),
  );
  return textPrompt(segments);
}

function textOf(resolution: Resolution): string {
  const { connection, model, effect, message, limits, rates, permit, promptTokens } = resolution;
  const { mask, redact } = resolution.obligations;
  const facts: (readonly [string, string])[] = [];
  const limited = Object.entries(limits).flatMap(([name, most]) =>
    most === undefined ? [] : [`${name} ${most}`],
  );
  if (limited.length > 0) facts.push(["limits", limited.join(", ")]);
  for (const { policy, rates: of } of rates) facts.push(["rates", `${policy}: ${shortly(of)}`]);
  if (mask.length > 0)
    facts.push(["answers", mask.map(({ action, entities }) => `${action} ${brief(entities)}`).join("; ")]);
  if (redact.length > 0)
    facts.push(["prompts", redact.map(({ entities }) => `redact ${brief(entities)}`).join("; ")]);
  if (permit.length > 0) facts.push(["permits", permit.join(", ")]);
  if (promptTokens !== null) facts.push(["prompt", `at most ${promptTokens} tokens`]);
  return explanationText({
    target: `${connection}/${model}`,
    effect,
    message: message ?? "",
    steps: resolution.policies.flatMap(stepsOf),
    facts,
  });
}

function stepsOf({ policy, mode, applies, why, rules }: PolicyExplanation): readonly Step[] {
  const name = mode === "observe" ? `${policy} (observes)` : policy;
  return [
    { policy: name, rule: null, applied: applies, effect: "", why },
    ...rules.map((each) => ({
      policy,
      rule: each.rule,
      applied: each.effect !== "none",
      effect: each.effect === "none" ? "" : each.effect,
      why: each.why,
    })),
  ];
}

function brief(entities: readonly string[]): string {
  const shown = entities.slice(0, 6).join(", ");
  return entities.length > 6 ? `${shown} and ${entities.length - 6} more` : shown;
}

function shortly(rates: object): string {
  return JSON.stringify(rates, (_name, value: unknown) => value ?? undefined).replaceAll('"', "");
}
