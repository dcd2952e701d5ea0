import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compose, type Running } from "../../src/compose.js";
import { loadConfig } from "../../src/config/load.js";
import { EmbeddedIssuer } from "../../src/identity/embedded-issuer.js";
import {
  type Answer,
  type Received,
  type RecordedUpstream,
  startRecordedUpstream,
} from "./recorded-upstream.js";

/** What the gateway shows its models and nobody else. */
export const MODEL_CREDENTIAL = "upstream-key-7f3c9a51e2";

export type Told = (request: Received, response: ServerResponse) => Answer | Promise<Answer> | null;

/** A model over real sockets whose next answers a test decides. */
export interface ToldModel extends RecordedUpstream {
  tell(answer: Told): void;
}

/** A folder with a configuration as an operator would write it, an issuer, and a model. */
export interface GatewayFolder {
  readonly folder: string;
  readonly file: string;
  readonly issuer: EmbeddedIssuer;
  readonly model: ToldModel;
  /** A token of somebody in the group `engineering`, unless `claims` say otherwise. */
  token(subject: string, claims?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Everything that the gateway wrote below one of its folders, as one text of bytes. */
  written(under: "data" | "approvals"): Promise<string>;
  close(): Promise<void>;
}

/** The whole gateway in this process, on free ports. */
export interface GatewayWorld extends GatewayFolder {
  readonly running: Running;
  /** Without the path: `http://127.0.0.1:port`. */
  readonly url: string;
  readonly grpcAddress: string;
  /** Every line that it logged, as JSON. */
  readonly logged: readonly string[];
}

const POLICIES = `policies:
  - name: staff
    who: { groups: [engineering] }
    connections: [openai, anthropic]
    models: ["gpt-*", "claude-*"]
    prompt:
      - id: no-codenames
        deny: { pattern: "project (alder|birch)", message: "Codenames must not leave." }
      - id: earnings
        review: { pattern: "q3 revenue", reviewers: { groups: [compliance] }, approvals: 1, expires: 30m }
    completion:
      - id: everything-sensitive
        mask: { entities: ["pii/*", "secrets/*"], operator: replace }
`;

/** What a test wants of the configuration beside what `more` can add to it. */
export interface Wanted {
  /** Figures are served. */
  readonly metrics?: boolean;
  /** `more` holds the policies. */
  readonly inline?: boolean;
}

/** `more` is added to the configuration file as it stands. */
export async function openFolder(
  more = "",
  policies = POLICIES,
  wanted: Wanted = {},
): Promise<GatewayFolder> {
  const issuer = await EmbeddedIssuer.start();
  const model = await startToldModel();
  const folder = await mkdtemp(join(tmpdir(), "sluice-e2e-"));
  const file = join(folder, "sluice.yaml");
  await writeFile(join(folder, "policies.yaml"), policies);
  await writeFile(join(folder, "model-key"), `${MODEL_CREDENTIAL}\n`, { mode: 0o600 });
  await writeFile(file, configText(issuer, model, { more, ...wanted }));
  return {
    folder,
    file,
    issuer,
    model,
    token: (sub, claims = {}) => issuer.token("developer", { sub, ...claims }),
    written: (under) => bytesUnder(join(folder, under)),
    close: async () => {
      await model.close();
      await issuer.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function openGateway(
  more = "",
  policies = POLICIES,
  wanted: Wanted = {},
): Promise<GatewayWorld> {
  const place = await openFolder(more, policies, wanted);
  const logged: string[] = [];
  const note = (fields: object, message: string): void => {
    logged.push(
      JSON.stringify({ message, ...fields }, (_key, value) =>
        value instanceof Error ? `${value.stack}` : value,
      ),
    );
  };
  const running = await compose(loadConfig(place.file, {}), { info: note, warn: note, error: note }).catch(
    async (thrown) => {
      await place.close();
      throw thrown;
    },
  );
  return {
    ...place,
    running,
    url: `http://127.0.0.1:${running.http.port}`,
    grpcAddress: `127.0.0.1:${running.grpc.port}`,
    logged,
    close: async () => {
      await running.close();
      await place.close();
    },
  };
}

/** Where a test does not say it otherwise, no session is refused because the machine is busy with other tests. */
function configText(
  { issuer, audience }: EmbeddedIssuer,
  model: ToldModel,
  { more, metrics, inline }: Wanted & { readonly more: string },
): string {
  return `listen: { http: "127.0.0.1:0", grpc: "127.0.0.1:0"${metrics === true ? ', metrics: "127.0.0.1:0"' : ""} }
identity:
  issuers:
    - issuer: ${issuer}
      audiences: [${audience}]
      typ: at+jwt
      claims: { groups: groups, team: team }
      roles: { reviewer: [compliance], auditor: [audit], operator: [platform] }
connections:
  - { name: openai, dialect: openai, url: "${model.url}", credential: { file: ./model-key }, models: ["gpt-*"] }
  - { name: anthropic, dialect: anthropic, url: "${model.url}", credential: { file: ./model-key }, models: ["claude-*"] }
recording: { path: ./data, minFree: 16MiB }
keys: { dir: ./keys }
${inline === true ? "" : "policies: ./policies.yaml"}
timeouts: { drain: 0s }
${more.includes("limits:") ? "" : "limits: { loopDelay: 0s }\n"}${more}`;
}

async function startToldModel(): Promise<ToldModel> {
  let told: Told = () => ({ status: 500, body: "nobody said what to answer" });
  const upstream = await startRecordedUpstream((request, response) => told(request, response));
  return {
    ...upstream,
    tell: (answer) => {
      told = answer;
    },
  };
}

async function bytesUnder(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const parts = await Promise.all(files.map((each) => readFile(each, "latin1")));
  return parts.join("\n");
}
