import { formatMs, type Placed } from "../documents/index.js";
import type { DialectName } from "../domain/entry.js";
import type { RequestFeature } from "../domain/prompt.js";
import { BUILT_IN } from "./built-in.js";
import type { Check } from "./inert/check.js";
import { checkConnections } from "./inert/connections.js";
import { checkReviewers, checkWho } from "./inert/people.js";
import type { WrittenDocument, WrittenPolicy } from "./language/policy-document.js";
import type { Policy } from "./policy.js";
import { builtInSet, selectDetectors } from "./surroundings.js";

/** Refuses what no surface, or not every surface, could enforce: a rule that does nothing is a trap. */
export function checkInert(written: WrittenDocument, policies: readonly Policy[], check: Check): void {
  written.policies.forEach((each, index) => {
    const policy = policies[index];
    if (policy === undefined) return;
    checkConnections(each.value, check);
    checkWho(each.value, check);
    checkReviewers(each.value, check);
    checkPermit(each.value, check);
    checkShadowed(policy, check);
    checkReleases(policy, check);
    checkUnseen(policy, each, check);
    checkObserve(each, check);
    checkWaits(policy, check);
  });
}

/** Dialects whose requests can carry a feature at all. */
const CARRIES: Readonly<Record<RequestFeature, readonly DialectName[]>> = {
  images: ["openai-chat", "openai-responses", "anthropic-messages", "gemini", "ollama"],
  audio: ["openai-chat", "openai-responses", "gemini"],
  files: ["openai-chat", "openai-responses", "anthropic-messages", "gemini"],
  remoteUrls: ["openai-chat", "openai-responses", "anthropic-messages", "gemini"],
  hostedTools: ["openai-chat", "openai-responses", "anthropic-messages", "gemini"],
  mcp: ["openai-responses", "anthropic-messages"],
  providerState: ["openai-chat", "openai-responses", "gemini"],
  storedPrompts: ["openai-responses"],
  background: ["openai-responses"],
};

/** What the endpoints of each kind of connection speak. */
const SPOKEN: Readonly<Record<string, readonly DialectName[]>> = {
  openai: ["openai-chat", "openai-completions", "openai-responses"],
  anthropic: ["anthropic-messages"],
  gemini: ["gemini"],
  ollama: ["ollama"],
};

function checkPermit(policy: WrittenPolicy, { surroundings, problems }: Check): void {
  const named = surroundings.connections.filter(({ name }) =>
    policy.connections.value.some(({ value }) => value === name),
  );
  for (const { value, at } of policy.permit) {
    const carriers = CARRIES[value];
    const takes = named.some(({ dialect }) =>
      (SPOKEN[dialect] ?? []).some((each) => carriers.includes(each)),
    );
    if (named.length > 0 && !takes && surroundings.asWritten !== true) {
      problems.add(
        at,
        `no connection of this policy takes ${value}; connections of these dialects do: ${kindsOf(carriers)}`,
      );
      continue;
    }
    if (surroundings.surfaces.some(({ dialect }) => carriers.includes(dialect))) continue;
    problems.add(
      at,
      `no front end that is switched on carries ${value}; it takes one of ${carriers.join(", ")}`,
    );
  }
}

function kindsOf(carriers: readonly DialectName[]): string {
  const kinds = Object.entries(SPOKEN).filter(([, spoken]) => spoken.some((each) => carriers.includes(each)));
  return kinds.map(([kind]) => kind).join(", ");
}

/** What stands beside a rule that denies everything comes to nothing, and was hardly meant so. */
function checkShadowed(policy: Policy, { notes }: Check): void {
  const all = policy.prompt.find((rule) => rule.kind === "deny" && rule.scan === null);
  if (all === undefined || policy.mode === "observe") return;
  for (const rule of policy.prompt) {
    if (rule !== all && rule.kind !== "deny")
      notes.add(rule.at, `the rule "${all.id}" denies whatever the prompt, so this one changes nothing`);
  }
}

/** P9: what a policy lets through unmasked will stand in answers and records, so it has to say so. */
function checkReleases(policy: Policy, { surroundings, problems }: Check): void {
  const masksAll = policy.completion.some(({ id }) => id === BUILT_IN);
  if (masksAll || policy.recordsSensitive || policy.mode === "observe") return;
  const builtIn = new Set(builtInSet(surroundings.detectors));
  const covered = new Set<string>();
  for (const rule of policy.completion) {
    if (rule.action === "observe") continue;
    for (const selector of rule.entities) {
      for (const { id } of selectDetectors(selector, surroundings.detectors)) covered.add(id);
    }
  }
  const open = surroundings.detectors.filter(({ id, entity }) => builtIn.has(entity) && !covered.has(id));
  if (open.length === 0) return;
  const shown = [...new Set(open.map(({ entity }) => entity))].sort();
  const list = `${shown.slice(0, 8).join(", ")}${shown.length > 8 ? `, ... (${shown.length} in all)` : ""}`;
  problems.add(
    policy.at,
    `its completion rules release unmasked: ${list}; mask or cut them ("*" names all), or say \`recordsSensitive: true\``,
  );
}

/** Prompt rules judge text. What a request may carry beside text, they cannot see. */
function checkUnseen(policy: Policy, written: Placed<WrittenPolicy>, { notes }: Check): void {
  const judges = policy.prompt.some(
    (rule) => rule.kind !== "limit" || rule.limits.promptTokens !== undefined,
  );
  if (!judges || policy.permit.length === 0) return;
  notes.add(
    written.at,
    `prompt rules judge and count text; what ${policy.permit.join(", ")} bring in, they do not see`,
  );
}

function checkObserve({ value, at }: Placed<WrittenPolicy>, { problems }: Check): void {
  if (value.mode !== "observe") return;
  if (value.permit.length > 0)
    problems.add(at, "mode observe never allows, so `permit` would have no effect; leave it out");
  if (value.endAtTokenExpiry)
    problems.add(at, "mode observe ends nothing, so `endAtTokenExpiry` would have no effect; leave it out");
}

/** Plain HTTP waits at most so long before the caller is told to repeat. */
const PLAIN_HTTP_WAIT_MS = 240_000;

function checkWaits(policy: Policy, { surroundings, notes }: Check): void {
  const http = surroundings.surfaces.some(({ frontEnd }) => frontEnd === "http");
  for (const rule of policy.prompt) {
    if (
      !http ||
      rule.kind !== "review" ||
      rule.onPending === "reject" ||
      rule.expiresMs <= PLAIN_HTTP_WAIT_MS
    )
      continue;
    notes.add(
      rule.at,
      `callers over plain HTTP wait at most ${formatMs(PLAIN_HTTP_WAIT_MS)} of the ${formatMs(rule.expiresMs)}; then they are told to repeat`,
    );
  }
}
