/** A gateway in its own process, as an operator starts it, with a probe that answers for it. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { EmbeddedIssuer } from "../../src/identity/embedded-issuer.js";
import { type BenchProcess, printed, start } from "./bench-process.js";

export interface GatewaySettings {
  readonly name: string;
  /** Default: `commit`. */
  readonly durability?: "commit" | "fsync";
  /** Default: the built-in set; a number takes so many rules of its own instead. A policy masks by at least one. */
  readonly masking?: "full" | number;
  /** Default: `level`; `discard` lets go of what is committed. */
  readonly store?: "level" | "discard";
  /** Lines added to the configuration. */
  readonly more?: string;
  readonly policies?: string;
}

export interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly arrayBuffers: number;
}

export interface Delay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly utilisation: number;
}

/** What is asked about a process that was started with the probe. */
export interface Measured {
  readonly name: string;
  readonly url: string;
  /** Empty where it speaks none. */
  readonly grpc: string;
  /** After collecting garbage. */
  memory(): Promise<Memory>;
  /** Processor time of the whole process so far, microseconds. */
  cpuUs(): Promise<number>;
  /** Delay of the event loop since the last question, milliseconds. */
  delay(): Promise<Delay>;
  /** What keeps the process alive, by kind. */
  resources(): Promise<Readonly<Record<string, number>>>;
  stop(): Promise<void>;
}

export interface MeasuredGateway extends Measured {
  readonly folder: string;
}

export interface Place {
  readonly root: string;
  readonly issuer: EmbeddedIssuer;
  readonly modelPort: number;
}

const PRELOAD = resolve("test/bench/preload");

export async function startGateway(settings: GatewaySettings, place: Place): Promise<MeasuredGateway> {
  if (!existsSync("dist/main.js")) throw new Error("There is no build; run: npm run build");
  const folder = join(place.root, settings.name);
  mkdirSync(folder, { recursive: true });
  const config = writeConfig(settings, { ...place, folder });
  const discard = settings.store === "discard" ? ["--import", join(PRELOAD, "discard-store.mjs")] : [];
  const started = start([...PROBE, ...discard, resolve("dist/main.js"), "serve", "--config", config], folder);
  const [, http = "", grpc = ""] = await printed(started, /http (127\.0\.0\.1:\d+), grpc (127\.0\.0\.1:\d+)/);
  return { ...measured(started, { name: settings.name, url: `http://${http}`, grpc }), folder };
}

/** The node options that make a process answer. */
export const PROBE = ["--expose-gc", "--import", join(PRELOAD, "probe.mjs")] as const;

export function measured(started: BenchProcess, about: Pick<Measured, "name" | "url" | "grpc">): Measured {
  const ask = asking(started);
  return {
    ...about,
    memory: () => ask<Memory>("memory"),
    cpuUs: async () => (await ask<{ us: number }>("cpu")).us,
    delay: () => ask<Delay>("delay"),
    resources: () => ask<Readonly<Record<string, number>>>("resources"),
    stop: () => started.stop(),
  };
}

/** Questions to the probe of a process, answered in any order. */
function asking({ child }: BenchProcess): <Answer>(ask: string) => Promise<Answer> {
  let last = 0;
  const waiting = new Map<number, (answer: never) => void>();
  child.on("message", ({ id, answer }: { id: number; answer: never }) => {
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });
  return <Answer>(ask: string) =>
    new Promise<Answer>((answered, failed) => {
      last += 1;
      waiting.set(last, answered);
      child.send({ id: last, ask }, (error) => (error === null ? undefined : failed(error)));
    });
}

function writeConfig(
  settings: GatewaySettings,
  { issuer, modelPort, folder }: Place & { folder: string },
): string {
  const { durability = "commit", store = "level", masking = "full", more = "" } = settings;
  writeFileSync(join(folder, "policies.yaml"), settings.policies ?? policyOf(masking));
  const file = join(folder, "sluice.yaml");
  const { issuer: url, audience } = issuer;
  writeFileSync(
    file,
    `listen: { http: "127.0.0.1:0", grpc: "127.0.0.1:0" }
identity:
  issuers:
    - issuer: ${url}
      audiences: [${audience}]
      typ: at+jwt
      claims: { groups: groups }
      roles: { reviewer: [compliance], auditor: [audit], operator: [platform] }
connections:
  - { name: mock, dialect: openai, url: "http://127.0.0.1:${modelPort}/v1", models: ["mock*"], maxConcurrent: 8000 }
recording: { path: ./data, durability: ${durability}, store: ${store === "discard" ? "memory" : "level"}, minFree: 64MiB }
policies: ./policies.yaml
${typeof masking === "number" ? customRules(masking) : ""}${more}`,
  );
  return file;
}

function policyOf(masking: "full" | number): string {
  const completion =
    masking === "full"
      ? ""
      : `\n    recordsSensitive: true\n    completion: [{ id: own, mask: { entities: [${entities(masking)}], operator: replace } }]`;
  return `policies:
  - name: bench
    who: { groups: [engineering] }
    connections: [mock]
    models: ["mock*"]
    prompt:
      - id: codenames
        deny: { pattern: "project (alder|birch)", message: "Codenames must not leave." }
      - id: earnings
        review: { pattern: "q3 revenue", reviewers: { groups: [compliance] }, approvals: 1, expires: 30m }${completion}
`;
}

const entities = (count: number): string =>
  Array.from({ length: count }, (_, index) => `BENCH_${index}`).join(", ");

/** Rules of the kind that companies write: a prefix, a separator and digits. */
function customRules(count: number): string {
  const rule = (index: number): string => {
    const prefix = `${String.fromCharCode(65 + (index % 26))}${String.fromCharCode(65 + ((index * 7) % 26))}${index}`;
    return `    - { id: bench/r${index}, entity: BENCH_${index}, pattern: "\\\\b${prefix}-[0-9]{6,9}\\\\b", example: "see ${prefix}-1234567.", counterExample: "see ${prefix}." }\n`;
  };
  return `detectors:\n  custom:\n${Array.from({ length: count }, (_, index) => rule(index)).join("")}`;
}
