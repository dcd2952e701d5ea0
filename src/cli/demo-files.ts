import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Address } from "../config/address.js";

/** The policies of the demo, as a newcomer would write them. */
const POLICIES = `policies:
  - name: finance
    who: { groups: [finance] }
    connections: [demo]
    models: ["demo*"]
    prompt:
      - id: no-internal-codenames
        deny: { pattern: "project (alder|birch)", message: "Codenames must not leave." }
      - id: size
        limit: { promptTokens: 4000, completionTokens: 5000 }
      - id: earnings
        review: { topic: earnings, reviewers: { groups: [compliance] }, approvals: 1, expires: 30m }
    completion:
      - id: everything-sensitive
        mask: { entities: ["pii/*", "secrets/*"], operator: replace }
    rates: { requestsPerMinute: 600, streams: 20 }
  - name: reviewers
    who: { groups: [compliance] }
    connections: [demo]
    models: ["demo*"]
  - name: platform
    who: { groups: [platform] }
    connections: [demo]
    models: ["demo*"]

topics:
  earnings:
    words: [earnings, EPS, guidance]
    patterns: ["Q[1-4] (revenue|results)"]
`;

export interface DemoPlace {
  readonly dir: string;
  readonly issuer: string;
  readonly audience: string;
  readonly http: Address;
  readonly grpc: Address;
  /** Pieces per second of the demo model. */
  readonly speed: number;
}

/** Writes what `sluice serve` would be given, and returns the configuration's path. */
export function writeDemoFiles({ dir, issuer, audience, http, grpc, speed }: DemoPlace): string {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeFileSync(join(dir, "demo.yaml"), POLICIES);
  const config = join(dir, "sluice.yaml");
  writeFileSync(
    config,
    `listen: { http: "${http.host}:${http.port}", grpc: "${grpc.host}:${grpc.port}" }
identity:
  issuers:
    - issuer: ${issuer}
      audiences: [${audience}]
      typ: at+jwt
      claims: { groups: groups, team: team }
      roles: { reviewer: [compliance], auditor: [audit], operator: [platform] }
connections:
  - { name: demo, dialect: demo, models: ["demo", "demo-*"], tokensPerSecond: ${speed} }
recording: { path: ./data, minFree: 16MiB }
keys: { dir: ./keys }
policies: ./demo.yaml
timeouts: { drain: 1s }
log: { level: error }
`,
  );
  return config;
}
