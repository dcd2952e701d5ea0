import { type Place, type Placed, readDocument, record, required } from "../documents/index.js";
import type { Decision } from "../domain/decision.js";
import type { Principal } from "../domain/principal.js";
import type { PromptSegment, PromptView } from "../domain/prompt.js";
import { testsShape, type WrittenTest } from "./language/test-shape.js";
import type { Pdp } from "./pdp.js";
import { type DetectorFacts, selectDetectors } from "./surroundings.js";

export interface PolicyTestResult {
  readonly name: string;
  readonly at: Place;
  /** What was not as expected, a sentence each; empty: passed. */
  readonly failures: readonly string[];
  /** What was decided, for the report. */
  readonly effect: Decision["effect"];
  readonly policy: string | null;
  readonly rule: string | null;
}

export interface PolicyTestOptions {
  /** What messages call the file. */
  readonly file: string;
  readonly pdp: Pdp;
  readonly detectors: readonly DetectorFacts[];
}

/**
 * Runs the `tests` of a file, the policy file itself or one beside it, with the decisions of a real PDP.
 * @throws SluiceError `invalid_config` when the tests cannot be read.
 */
export async function runPolicyTests(
  text: string,
  options: PolicyTestOptions,
): Promise<readonly PolicyTestResult[]> {
  const whole = record({ tests: required(testsShape, "The tests.") }, "a file with tests");
  const shape: typeof whole = { ...whole, read: (node) => whole.read(node.only(["tests"])) };
  const { tests } = readDocument(text, { file: options.file, maxLength: 8 << 20 }, shape);
  const results: PolicyTestResult[] = [];
  for (const test of tests) results.push(await run(test, options));
  return results;
}

async function run(
  { value: test, at }: Placed<WrittenTest>,
  { pdp, detectors }: PolicyTestOptions,
): Promise<PolicyTestResult> {
  const decision = await pdp.decide({
    principal: principalOf(test),
    connection: { name: test.connection, dialect: "sluice" },
    model: test.model,
    session: "policy-test",
    prompt: promptOf(test),
  });
  const { policy, rule } = decidedBy(decision);
  const failures = [
    differs("effect", test.expect.effect, decision.effect),
    differs("policy", test.expect.policy, policy),
    differs("rule", test.expect.rule, rule),
    differs("message", test.expect.message, decision.effect === "deny" ? decision.error.message : null),
    differs("completionTokens", test.expect.completionTokens, decision.obligations.completionTokens),
    ...reviewers(test, decision),
    ...covers("masks", test.expect.masks, masked(decision, detectors), detectors),
    ...covers("redacts", test.expect.redacts, redacted(decision, detectors), detectors),
  ].filter((failure) => failure !== null);
  return { name: test.name, at, failures, effect: decision.effect, policy, rule };
}

function decidedBy(decision: Decision): { readonly policy: string | null; readonly rule: string | null } {
  switch (decision.effect) {
    case "allow":
      return { policy: null, rule: null };
    case "deny":
      return { policy: decision.error.details.policy ?? null, rule: decision.error.details.rule ?? null };
    case "review":
      return { policy: decision.review.policy, rule: decision.review.rule };
  }
}

function differs(
  what: string,
  expected: string | number | undefined,
  found: string | number | null,
): string | null {
  return expected === undefined || expected === found
    ? null
    : `${what}: expected ${expected}, was ${found ?? "none"}`;
}

function reviewers(test: WrittenTest, decision: Decision): readonly string[] {
  const found = decision.effect === "review" ? decision.review.reviewers : [];
  const missing = (test.expect.reviewers ?? []).filter((group) => !found.includes(group));
  return missing.map((group) => `reviewers: ${group} may not decide, only ${found.join(", ") || "nobody"}`);
}

function masked(decision: Decision, detectors: readonly DetectorFacts[]): ReadonlySet<string> {
  const acting = decision.obligations.mask.filter(({ action }) => action !== "observe");
  return idsOf(
    acting.flatMap(({ entities }) => entities),
    detectors,
  );
}

function redacted(decision: Decision, detectors: readonly DetectorFacts[]): ReadonlySet<string> {
  return idsOf(
    decision.obligations.redact.flatMap(({ entities }) => entities),
    detectors,
  );
}

function idsOf(selectors: readonly string[], detectors: readonly DetectorFacts[]): ReadonlySet<string> {
  return new Set(selectors.flatMap((selector) => selectDetectors(selector, detectors).map(({ id }) => id)));
}

/** An entity counts as covered when every detector of it is. */
function covers(
  what: string,
  wanted: readonly string[] | undefined,
  covered: ReadonlySet<string>,
  detectors: readonly DetectorFacts[],
): readonly string[] {
  return (wanted ?? []).flatMap((selector) => {
    const all = selectDetectors(selector, detectors);
    if (all.length === 0) return [`${what}: no detector is called ${selector}`];
    return all.every(({ id }) => covered.has(id)) ? [] : [`${what}: ${selector} is not covered`];
  });
}

function principalOf({ as }: WrittenTest): Principal {
  const attributes = [...as.attributes].map(
    ([name, values]) => [name, values.length === 1 ? (values[0] ?? "") : values] as const,
  );
  return {
    issuer: as.issuer,
    subject: as.subject,
    groups: as.groups,
    roles: as.roles,
    team: as.team ?? null,
    tenant: as.tenant ?? as.issuer,
    attributes: Object.fromEntries(attributes),
    expiresAtMs: Number.MAX_SAFE_INTEGER,
  };
}

function promptOf(test: WrittenTest): PromptView {
  const segments = test.prompt.flatMap(({ role, parts, syntax }, message): readonly PromptSegment[] =>
    parts.map((text, part) => ({
      role,
      message,
      text,
      syntax,
      path: ["messages", message, "content", part],
    })),
  );
  return {
    segments,
    features: test.features,
    operation: "generate",
    choices: test.choices,
    maxTokens: test.maxTokens ?? null,
    stream: true,
    toolNames: test.tools,
    labels: Object.fromEntries(test.labels),
  };
}
