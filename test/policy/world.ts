import type { DialectName } from "../../src/domain/entry.js";
import type { Principal } from "../../src/domain/principal.js";
import { type PromptRole, type PromptSegment, type PromptView, textPrompt } from "../../src/domain/prompt.js";
import type { Clock } from "../../src/domain/time.js";
import { loadPolicies } from "../../src/policy/load-policies.js";
import { type DecideInput, Pdp } from "../../src/policy/pdp.js";
import type { PolicySet } from "../../src/policy/policy-set.js";
import type { Surroundings } from "../../src/policy/surroundings.js";
import type { TokenCounter } from "../../src/policy/tokens/token-counter.js";
import { regExpScanner } from "./regexp-scanner.js";

/** A small world in which policies are tried. */
export const SURROUNDINGS: Surroundings = {
  connections: [
    { name: "openai", models: ["gpt-*", "o3"], dialect: "openai" },
    { name: "claude", models: ["claude-*"], dialect: "anthropic" },
  ],
  detectors: [
    { id: "pii/email", entity: "EMAIL_ADDRESS" },
    { id: "pii/credit-card", entity: "CREDIT_CARD" },
    { id: "pii/us/ssn", entity: "US_SSN" },
    { id: "secrets/github-pat", entity: "GITHUB_TOKEN" },
    { id: "pii/url", entity: "URL" },
  ],
  surfaces: [
    { frontEnd: "http", dialect: "openai-chat" },
    { frontEnd: "http", dialect: "anthropic-messages" },
    { frontEnd: "grpc", dialect: "sluice" },
  ],
  lint: (rule) => regExpScanner.problems(rule),
};

export function load(text: string, surroundings: Partial<Surroundings> = {}): PolicySet {
  return loadPolicies(text, { ...SURROUNDINGS, ...surroundings, file: "policies.yaml" });
}

export function principal(fields: Partial<Principal> = {}): Principal {
  return {
    issuer: "https://login.example.com",
    subject: "ann",
    groups: ["finance"],
    roles: ["caller"],
    team: "ledger",
    tenant: "https://login.example.com",
    attributes: {},
    expiresAtMs: Number.MAX_SAFE_INTEGER,
    ...fields,
  };
}

export type Said =
  | string
  | { readonly role?: PromptRole; readonly parts: readonly string[]; readonly json?: boolean };

/** A prompt of messages; a string is one user message of one part. */
export function prompt(said: readonly Said[], fields: Partial<PromptView> = {}): PromptView {
  const segments = said.flatMap((each, message): PromptSegment[] => {
    const { role = "user", parts, json = false } = typeof each === "string" ? { parts: [each] } : each;
    return parts.map((text, part) => ({
      role,
      message,
      text,
      path: ["messages", message, part],
      syntax: json ? "json" : "text",
    }));
  });
  return { ...textPrompt(segments), ...fields };
}

/** One token a word: enough to test what is done with a count. */
export const wordCounter: TokenCounter = {
  count: async (segments) => segments.reduce((sum, { text }) => sum + text.split(" ").length, 0),
};

export const stoppedClock: Clock = { nowMs: () => 1_000_000, monotonicMs: () => 1000, after: () => () => {} };

export function pdpOf(policies: { readonly current: PolicySet } | string): Pdp {
  const set = typeof policies === "string" ? load(policies) : policies;
  return Pdp.create({ policies: set, scanner: regExpScanner, tokenizer: wordCounter, clock: stoppedClock });
}

export type Asked = Partial<Omit<DecideInput, "connection" | "prompt">> & {
  readonly connection?: string;
  readonly said?: readonly Said[];
  readonly prompt?: PromptView;
};

export function asking({ said = ["hello"], connection = "openai", ...rest }: Asked = {}): DecideInput {
  const dialect: DialectName = connection === "claude" ? "anthropic-messages" : "openai-chat";
  return {
    principal: principal(),
    model: connection === "claude" ? "claude-sonnet-4" : "gpt-5",
    session: "01890000-0000-7000-8000-000000000000",
    prompt: prompt(said),
    ...rest,
    connection: { name: connection, dialect },
  };
}
