import { formatMs, type Placed, type Problems, quote, suggest } from "../documents/index.js";
import type { DialectName } from "../domain/entry.js";
import type { RequestFeature } from "../domain/prompt.js";
import { globsOverlap } from "./glob.js";
import type { WrittenDocument, WrittenPolicy } from "./language/policy-document.js";
import type { Policy } from "./policy.js";
import { builtInSet, type ConnectionFacts, type Surroundings, selectDetectors } from "./surroundings.js";

interface Check {
  readonly surroundings: Surroundings;
  /** What is refused. */
  readonly problems: Problems;
  /** What is only worth a look. */
  readonly notes: Problems;
}

/** Refuses what no surface, or not every surface, could enforce: a rule that does nothing is a trap. */
export function checkInert(written: WrittenDocument, policies: readonly Policy[], check: Check): void {
  written.policies.forEach((each, index) => {
    const policy = policies[index];
    if (policy === undefined) return;
    checkConnections(each.value, check);
    checkWho(each, check);
    checkPermit(each.value, check);
    checkReleases(policy, check);
    checkUnseen(policy, each, check);
    checkObserve(each, check);
    checkWaits(policy, check);
  });
}

function checkConnections(policy: WrittenPolicy, { surroundings, problems }: Check): void {
  const known = surroundings.connections;
  const named: ConnectionFacts[] = [];
  for (const { value, at } of policy.connections.value) {
    const connection = known.find(({ name }) => name === value);
    if (connection !== undefined) named.push(connection);
    else
      problems.add(
        at,
        `no connection is called ${quote(value)}; ${suggest(
          value,
          known.map(({ name }) => name),
        )}`,
      );
  }
  if (named.length === 0) return;
  const served = named.flatMap(({ models }) => models);
  for (const { value, at } of policy.models.value) {
    if (served.some((model) => globsOverlap(model, value))) continue;
    problems.add(
      at,
      `no connection of this policy serves a model that ${quote(value)} names; they serve ${served.join(", ")}`,
    );
  }
}

function checkWho({ value: { who }, at }: Placed<WrittenPolicy>, { surroundings, problems }: Check): void {
  for (const issuer of surroundings.issuers === undefined ? [] : (who.issuers ?? [])) {
    if (surroundings.issuers?.includes(issuer)) continue;
    problems.add(
      at,
      `who.issuers: ${quote(issuer)} is not configured; ${suggest(issuer, surroundings.issuers ?? [])}`,
    );
  }
  for (const name of surroundings.attributes === undefined ? [] : (who.attributes?.keys() ?? [])) {
    if (surroundings.attributes?.includes(name)) continue;
    const near = suggest(name, surroundings.attributes ?? []);
    problems.add(at, `who.attributes: no issuer maps a claim to ${quote(name)}, so nobody has it; ${near}`);
  }
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

function checkPermit(policy: WrittenPolicy, { surroundings, problems }: Check): void {
  for (const { value, at } of policy.permit) {
    const carriers = CARRIES[value];
    if (surroundings.surfaces.some(({ dialect }) => carriers.includes(dialect))) continue;
    problems.add(
      at,
      `no front end that is switched on carries ${value}; it takes one of ${carriers.join(", ")}`,
    );
  }
}

/** P9: what a policy lets through unmasked will stand in answers and records, so it has to say so. */
function checkReleases(policy: Policy, { surroundings, problems }: Check): void {
  const builtIn = builtInSet(surroundings.detectors);
  const covered = new Set<string>();
  for (const rule of policy.completion) {
    if (rule.action === "observe") continue;
    for (const selector of rule.entities) {
      for (const { id } of selectDetectors(selector, surroundings.detectors)) covered.add(id);
    }
  }
  const open = surroundings.detectors.filter(
    ({ id, entity }) => builtIn.includes(entity) && !covered.has(id),
  );
  if (open.length === 0 || policy.recordsSensitive || policy.mode === "observe") return;
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
