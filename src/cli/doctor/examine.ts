import { type Config, loadConfig } from "../../config/load.js";
import { asSluiceError } from "../../domain/errors.js";
import { act } from "../act.js";
import type { OutputFlags } from "../flags.js";
import { EXIT, type Io } from "../io.js";
import { type Output, visible } from "../output.js";
import { Workbench } from "../policy/workbench.js";
import { clock } from "./clock.js";
import { broken, type Finding, fine, odd } from "./finding.js";
import { keyFolder, space, store, syncTime } from "./folders.js";
import { issuers } from "./issuers.js";
import { credentials, models } from "./models.js";
import { notifications } from "./notifications.js";
import { inForce, ports } from "./ports.js";

interface DoctorOptions extends OutputFlags {
  readonly config: string;
  readonly offline: boolean;
  readonly timeout: number;
}

/** `sluice doctor`: every check runs, whatever the ones before it came to; without a valid configuration only few can. */
export function examine(options: DoctorOptions, io: Io): Promise<number> {
  return act(options, io, async (output) => {
    const findings: Finding[] = [];
    for await (const finding of examination(options)) {
      findings.push(finding);
      if (!output.json) await print(finding, output);
    }
    const isBroken = findings.some(({ state }) => state === "broken");
    if (output.json)
      await output.object({ healthy: !isBroken, items: findings.map((each) => ({ ...each })), next: null });
    else await output.word(isBroken ? "Something is broken." : "Nothing is broken.");
    return isBroken ? EXIT.no : EXIT.ok;
  });
}

async function* examination({ config: file, offline, timeout }: DoctorOptions): AsyncGenerator<Finding> {
  yield node(process.versions.node);
  const config = readConfig(file);
  if ("check" in config) return yield config;
  yield fine("configuration", file);
  const { findings: judged, version } = policies(config);
  yield* judged;
  yield* credentials(config);
  yield* await notifications(config, offline);
  yield await keyFolder(config);
  const found = await ports(config, timeout);
  yield* found.findings;
  yield* inForce(found, version);
  yield await store(config, found.running !== null);
  yield await space(config);
  yield await syncTime(config);
  if (offline) return;
  yield* await issuers(config, timeout);
  yield await clock(config, timeout);
  yield* await models(config, timeout);
}

const LEAST_NODE = [20, 19] as const;

function node(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isEnough = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
  return isEnough
    ? fine("node", version)
    : broken("node", version, `install Node.js ${LEAST_NODE.join(".")} or newer`);
}

function readConfig(file: string): Config | Finding {
  try {
    return loadConfig(file);
  } catch (thrown) {
    return broken(
      "configuration",
      asSluiceError(thrown).message,
      "correct what is named here; docs/configuration.md has every key",
    );
  }
}

/** What the file of policies holds; its version is null where it holds none that could serve. */
function policies(config: Config): { findings: readonly Finding[]; version: string | null } {
  try {
    const bench = new Workbench(config.file);
    const notes = bench.notes.map((note) =>
      odd("detectors", note, "correct the rule, or leave it out of the file"),
    );
    const { policies: all, version, warnings } = bench.read(config.policyFile);
    const odds = warnings.map((warning) => odd("policies", warning, "docs/policy.md says what it means"));
    const own = fine("policies", `${all.length}, ${version.slice(0, 15)}`);
    return { findings: [...notes, ...odds, own], version };
  } catch (thrown) {
    const why = asSluiceError(thrown).message;
    const fix = "correct what is named here; a gateway that runs keeps the old ones";
    return { findings: [broken("policies", why, fix)], version: null };
  }
}

const MARKS: Readonly<Record<Finding["state"], string>> = { ok: "ok  ", warning: "warn", broken: "FAIL" };

async function print({ check, state, seen, fix }: Finding, output: Output): Promise<void> {
  const [first = "", ...rest] = visible(seen).split("\n");
  await output.data(`${MARKS[state]}  ${visible(check)}: ${first}\n`);
  for (const line of rest) await output.data(`        ${line}\n`);
  if (fix !== null) await output.data(`      fix: ${visible(fix)}\n`);
}
