/**
 * Measures the gateway beside its peers on one machine in one run: `npm run bench -- --harness ../shared/bench`.
 * The harness brings the mock model, the load client and the proxies to compare with; this file starts the
 * issuer, writes a default configuration, and adds the gateway as one more target. After it come the ways in, the idle
 * memory, and what recording, durability and masking cost (`surroundings.ts`). Results lie in test/bench/results.
 *
 * --scenario NAME (again for more; default: all), --rounds N (default 5), --targets a,b,
 * --durability commit|fsync, --masking on|off (off: by one rule, the least that a policy may), --keep (keeps the folder),
 * --prof (writes a CPU profile of the gateway), --streams N (open ones for the memory, default 1000),
 * --only-harness (leaves out the surroundings; so does naming a scenario)
 */
import { spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { EmbeddedIssuer } from "../../src/identity/embedded-issuer.js";
import { writeResult } from "./result.js";
import { measureSurroundings, report } from "./surroundings.js";

const SCENARIOS: Readonly<Record<string, string>> = {
  light40: "c=40,n=100,r=50,duration=3.5,warm=2,stagger=2000",
  steady100: "c=100,n=150,r=50,duration=4,warm=3,stagger=3000",
  burst4: "c=200,n=152,r=50,b=4,k=4,duration=4,warm=3,stagger=3000",
  flood: "c=50,n=1000,r=0,duration=3,warm=1",
  ttft: "c=2,n=3,r=0,requests=300",
};

const { values } = parseArgs({
  options: {
    harness: { type: "string", default: "../shared/bench" },
    scenario: { type: "string", multiple: true },
    rounds: { type: "string", default: "5" },
    targets: { type: "string" },
    durability: { type: "string", default: "commit" },
    masking: { type: "string", default: "on" },
    keep: { type: "boolean", default: false },
    prof: { type: "boolean", default: false },
    streams: { type: "string", default: "1000" },
    "only-harness": { type: "boolean", default: false },
  },
});

const harness = resolve(values.harness);
if (!existsSync(join(harness, "run.mjs"))) throw new Error(`There is no harness in ${harness}.`);
const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));
const bench = join(folder, "bench");
cpSync(harness, bench, { recursive: true, mode: 0 });
spawnSync("chmod", ["-R", "u+w", bench]);
if (!existsSync(join(bench, "node_modules")))
  symlinkSync(resolve("node_modules"), join(bench, "node_modules"));

const issuer = await EmbeddedIssuer.start();
const config = writeConfig(issuer);
const token = await issuer.token("developer");
const targets = JSON.parse(readFileSync(join(bench, "targets.json"), "utf8")) as { name: string }[];
const flags = values.prof ? ["--cpu-prof", `--cpu-prof-dir=${resolve("test/bench/results")}`] : [];
const own = {
  name: "sluice",
  url: "http://127.0.0.1:9180/v1",
  token,
  cmd: [process.execPath, ...flags, resolve("dist/main.js"), "serve", "--config", config],
  cwd: folder,
};
writeFileSync(
  join(bench, "targets.json"),
  JSON.stringify([...targets.filter(({ name }) => name !== "sluice"), own]),
);

mkdirSync(resolve("test/bench/results"), { recursive: true });
const names = values.scenario ?? Object.keys(SCENARIOS);
const args = [
  "run.mjs",
  ...["--targets", values.targets ?? available().join(",")],
  ...["--rounds", values.rounds, "--base", "pass-undici", "--out", join(bench, "runs.json")],
  ...names.flatMap((name) => ["--scenario", `${name}:${SCENARIOS[name] ?? ""}`]),
];
const child = spawn(process.execPath, args, { cwd: bench, stdio: "inherit" });
const code = await new Promise<number>((done) => child.on("exit", (exit) => done(exit ?? 1)));
const errors = join(bench, "results", "sluice.err");
if (existsSync(errors)) process.stderr.write(readFileSync(errors, "utf8").slice(0, 2000));
await issuer.close();
if (existsSync(join(bench, "runs.json")))
  writeResult("gateway", {
    options: values,
    scenarios: SCENARIOS,
    runs: JSON.parse(readFileSync(join(bench, "runs.json"), "utf8")),
  });
if (!values.keep) rmSync(folder, { recursive: true, force: true });
process.exitCode = code;
if (code === 0 && values.scenario === undefined && !values["only-harness"]) {
  const { harness: from, rounds, streams } = values;
  const measured = await measureSurroundings({
    harness: from,
    rounds: Number(rounds),
    streams: Number(streams),
  });
  report(measured);
  writeResult("surroundings", measured);
}

/** Targets of the harness that are installed here. */
function available(): readonly string[] {
  const portkey = existsSync(join(bench, "peers/portkey/node_modules"));
  const nginx = spawnSync("nginx", ["-v"]).status === 0;
  return ["direct", ...(nginx ? ["nginx"] : []), "pass-undici", ...(portkey ? ["portkey"] : []), "sluice"];
}

function writeConfig({ issuer: url, audience }: EmbeddedIssuer): string {
  const completion =
    values.masking === "off"
      ? "\n    recordsSensitive: true\n    completion: [{ id: one, mask: { entities: [US_SSN], operator: replace } }]"
      : "";
  writeFileSync(
    join(folder, "policies.yaml"),
    `policies:
  - name: bench
    who: { groups: [engineering] }
    connections: [mock]
    models: ["mock*"]
    prompt:
      - id: codenames
        deny: { pattern: "project (alder|birch)", message: "Codenames must not leave." }${completion}
`,
  );
  const file = join(folder, "sluice.yaml");
  writeFileSync(
    file,
    `listen: { http: "127.0.0.1:9180", grpc: "127.0.0.1:9181" }
identity:
  issuers:
    - { issuer: "${url}", audiences: [${audience}], typ: at+jwt, claims: { groups: groups } }
connections:
  - { name: mock, dialect: openai, url: "http://127.0.0.1:9101/v1", models: ["mock*"] }
recording: { path: ./data, durability: ${values.durability} }
policies: ./policies.yaml
`,
  );
  return file;
}
