import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compose, type Running } from "../../src/compose.js";
import { loadConfig } from "../../src/config/load.js";
import type { Principal } from "../../src/domain/principal.js";
import { systemClock } from "../../src/domain/time.js";
import { TokenVerifier } from "../../src/identity/token-verifier.js";
import { HostileIssuer } from "../identity/hostile-issuer.js";

/** Everything real: issuer, policies, masking, LevelDB's stand-in, the embedded model, three front ends. */
export interface GatewayWorld {
  readonly running: Running;
  readonly issuer: HostileIssuer;
  readonly httpUrl: string;
  readonly grpcAddress: string;
  readonly warnings: string[];
  /** A token of somebody of these groups. */
  token(subject: string, groups: readonly string[], claims?: Record<string, unknown>): Promise<string>;
  principal(token: string): Promise<Principal>;
  close(): Promise<void>;
}

const POLICIES = `
policies:
  - name: staff
    who: { groups: [staff] }
    recordsSensitive: true
    connections: [demo, slow, dead]
    models: ["demo*", "slow*", "dead"]
    prompt:
      - id: no-codenames
        deny: { pattern: "project alder", message: "Codenames must not leave." }
      - id: earnings
        review: { pattern: "q3 revenue", reviewers: { groups: [compliance] }, approvals: 1, expires: 30m }
    completion:
      - id: pii
        mask: { entities: [EMAIL_ADDRESS, CREDIT_CARD] }
  - name: careful
    who: { groups: [careful] }
    recordsSensitive: true
    connections: [demo]
    models: ["demo*"]
    completion:
      - id: no-cards
        cut: { entities: [CREDIT_CARD] }
`;

export async function openWorld(more = ""): Promise<GatewayWorld> {
  const issuer = await HostileIssuer.start();
  const folder = await mkdtemp(join(tmpdir(), "sluice-frontends-"));
  const file = join(folder, "sluice.yaml");
  await writeFile(join(folder, "policies.yaml"), POLICIES);
  await writeFile(file, configText(issuer.url, more));
  const warnings: string[] = [];
  const note = (_fields: object, message: string): void => void warnings.push(message);
  const roles = { reviewer: ["compliance"], auditor: ["audit"], operator: ["platform"] };
  const claims = { ...issuer.config().claims, team: "team" };
  const verifier = TokenVerifier.create({ issuers: [issuer.config({ claims, roles })], clock: systemClock });
  const logger = { info: () => {}, warn: note, error: note };
  const running = await compose(loadConfig(file, {}), logger).catch(async (thrown) => {
    await issuer.close();
    throw thrown;
  });
  return {
    running,
    issuer,
    httpUrl: `http://127.0.0.1:${running.http.port}`,
    grpcAddress: `127.0.0.1:${running.grpc.port}`,
    warnings,
    token: (sub, groups, claims = {}) => issuer.token({ sub, groups, team: "ledger", ...claims }),
    principal: (token) => verifier.verify(token),
    close: async () => {
      verifier.close();
      await running.close();
      await issuer.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configText(issuer: string, more: string): string {
  return `
listen: { http: "127.0.0.1:0", grpc: "127.0.0.1:0" }
identity:
  issuers:
    - issuer: ${issuer}
      audiences: [sluice]
      claims: { groups: groups, team: team }
      roles: { reviewer: [compliance], auditor: [audit], operator: [platform] }
connections:
  - { name: demo, dialect: demo, models: [demo, "demo*"], tokensPerSecond: 0 }
  - { name: slow, dialect: demo, models: [slow, "slow*"], tokensPerSecond: 50 }
  # Nothing listens on this port of loopback.
  - { name: dead, dialect: openai, url: "http://127.0.0.1:9/v1", models: [dead], connectTimeout: 1s }
recording: { store: memory, minFree: 0B }
policies: ./policies.yaml
timeouts: { drain: 0s, stall: 1s }
limits: { body: 64KiB, loopDelay: 0s }
${more}`;
}
