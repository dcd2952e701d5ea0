import type { JsonObject } from "../../domain/json.js";
import { type PolicyTestResult, runPolicyTests } from "../../policy/policy-test.js";
import { act } from "../act.js";
import { badFlag } from "../bad-flag.js";
import type { OutputFlags } from "../flags.js";
import { EXIT, type Io } from "../io.js";
import { type Output, visibleLine } from "../output.js";
import { Workbench } from "./workbench.js";

interface TestOptions extends OutputFlags {
  readonly config?: string;
  readonly policies?: string;
}

/** `sluice policy test`: exits with 1 where something is not decided as a test expects. */
export function test(files: readonly string[], options: TestOptions, io: Io): Promise<number> {
  return act(options, io, async (output) => {
    const bench = new Workbench(options.config);
    const testFiles = files.length > 0 ? files : [bench.fileOr(options.policies)];
    const results: JsonObject[] = [];
    let failed = 0;
    for (const file of testFiles) {
      for (const result of await run(bench, options.policies ?? file, file)) {
        if (result.failures.length > 0) failed++;
        if (output.json) results.push(asJson(result, file));
        else await print(result, file, output);
      }
    }
    if (output.json) await output.object({ items: results, next: null, failed });
    else await output.word(failed === 0 ? "All tests hold." : `${failed} failed.`);
    return failed === 0 ? EXIT.ok : EXIT.no;
  });
}

async function run(bench: Workbench, policies: string, tests: string): Promise<readonly PolicyTestResult[]> {
  const { pdp, close } = bench.decider(bench.read(policies));
  try {
    const results = await runPolicyTests(bench.text(tests), { file: tests, pdp, detectors: bench.detectors });
    // A run that tested nothing must not look like one that passed.
    if (results.length === 0) throw badFlag("<files>", `${tests} holds no tests.`);
    return results;
  } finally {
    await close();
  }
}

function asJson({ name, at, failures, effect, policy, rule }: PolicyTestResult, file: string): JsonObject {
  return {
    name,
    file,
    line: at.line,
    passed: failures.length === 0,
    failures: [...failures],
    effect,
    policy,
    rule,
  };
}

async function print({ name, at, failures }: PolicyTestResult, file: string, output: Output): Promise<void> {
  await output.data(`${failures.length === 0 ? "ok  " : "FAIL"}  ${visibleLine(name)}\n`);
  for (const failure of failures) await output.data(`      ${file}:${at.line}: ${visibleLine(failure)}\n`);
}
