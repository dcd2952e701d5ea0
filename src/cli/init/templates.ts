import { badFlag } from "../bad-flag.js";
import type { InitFlags } from "./init-flags.js";

interface Provider {
  readonly dialect: "openai" | "anthropic" | "demo";
  readonly url: string | null;
  /** Environment variable of its key. */
  readonly key: string | null;
  /** Glob of its models, and one of them. */
  readonly models: string;
  readonly model: string;
}

/** Gemini and Ollama are asked over the OpenAI-compatible form that both serve. */
const PROVIDERS: ReadonlyMap<string, Provider> = new Map([
  [
    "openai",
    {
      dialect: "openai",
      url: "https://api.openai.com/v1",
      key: "OPENAI_API_KEY",
      models: "gpt-*",
      model: "gpt-5",
    },
  ],
  [
    "anthropic",
    {
      dialect: "anthropic",
      url: "https://api.anthropic.com",
      key: "ANTHROPIC_API_KEY",
      models: "claude-*",
      model: "claude-sonnet-4-5",
    },
  ],
  [
    "gemini",
    {
      dialect: "openai",
      url: "https://generativelanguage.googleapis.com/v1beta/openai",
      key: "GEMINI_API_KEY",
      models: "gemini-*",
      model: "gemini-2.5-pro",
    },
  ],
  [
    "ollama",
    { dialect: "openai", url: "http://127.0.0.1:11434/v1", key: null, models: "*", model: "llama3.2" },
  ],
  ["demo", { dialect: "demo", url: null, key: null, models: "demo*", model: "demo" }],
]);

/** The configuration file, in YAML. Values of the user are quoted: they may hold anything. */
export function configText({ provider, issuer, audience, reviewers }: InitFlags): string {
  const { dialect, url, key, models } = providerOf(provider);
  return `# Sluice: docs/configuration.md has every key. Check it with: sluice config check
listen:
  http: 127.0.0.1:8080      # HTTP and WebSocket
  grpc: 127.0.0.1:50051

identity:
  issuers:
    - issuer: ${quoted(issuer)}
      audiences: [${quoted(audience)}]
      claims: { groups: groups, team: team }
      roles:
        reviewer: [${quoted(reviewers)}]
        auditor: [audit]
        operator: [platform]

connections:
  - name: ${provider}
    dialect: ${dialect}
${url === null ? "" : `    url: ${url}\n`}${key === null ? "" : `    credential: { env: ${key} }   # or { file: /run/secrets/${provider} }\n`}    models: [${quoted(models)}]

recording:
  path: ./data
  retention: { days: 30 }

keys: { dir: ./keys }         # outside the recordings; back it up

policies: ./policies.yaml     # nobody may ask who is not named there
`;
}

/** The policy file, with tests that show what it does. */
export function policyText({ provider, group, reviewers }: InitFlags): string {
  const { models, model } = providerOf(provider);
  return `# Who may ask what. Nobody is allowed who is not named. Test it with: sluice policy test --config sluice.yaml
policies:
  - name: ${policyName(group)}
    who: { groups: [${quoted(group)}] }
    connections: [${provider}]
    models: [${quoted(models)}]
    prompt:
      - id: no-internal-codenames
        deny: { pattern: "project (alder|birch)", message: "Codenames must not leave." }
      - id: size
        limit: { promptTokens: 16000, completionTokens: 4000 }
      - id: earnings
        review:
          pattern: "Q[1-4] (revenue|results)"
          reviewers: { groups: [${quoted(reviewers)}] }
          expires: 30m
    completion:
      - id: everything-sensitive
        mask: { entities: ["pii/*", "secrets/*"] }
    rates: { requestsPerMinute: 60, streams: 20 }

tests:
  - name: an ordinary question passes
    as: { groups: [${quoted(group)}] }
    connection: ${provider}
    model: ${quoted(model)}
    prompt: What is the weather like in spring?
    expect: { effect: allow, masks: [EMAIL_ADDRESS, CREDIT_CARD] }
  - name: a codename does not
    as: { groups: [${quoted(group)}] }
    connection: ${provider}
    model: ${quoted(model)}
    prompt: Summarise project alder
    expect: { effect: deny, rule: no-internal-codenames }
  - name: results wait for ${commentSafe(reviewers)}
    as: { groups: [${quoted(group)}] }
    connection: ${provider}
    model: ${quoted(model)}
    prompt: What was Q3 revenue?
    expect: { effect: review, rule: earnings }
  - name: others are denied
    as: { groups: [somebody-else] }
    connection: ${provider}
    model: ${quoted(model)}
    prompt: What is the weather like in spring?
    expect: { effect: deny }
`;
}

function providerOf(name: string): Provider {
  const provider = PROVIDERS.get(name);
  if (provider !== undefined) return provider;
  throw badFlag("--provider", `is one of ${[...PROVIDERS.keys()].join(", ")}.`);
}

/** Groups may hold anything, names of policies may not. */
function policyName(group: string): string {
  return group.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "") || "callers";
}

/** A JSON string is a YAML string. */
function quoted(value: string): string {
  return JSON.stringify(value);
}

function commentSafe(value: string): string {
  return /^[\w-]+$/.test(value) ? value : "its reviewers";
}
