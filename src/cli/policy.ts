import type { Command } from "commander";
import { type GatewayFlags, type OutputFlags, withGatewayFlags, withOutputFlags } from "./flags.js";
import type { Io } from "./io.js";
import type { ExplainFlags } from "./policy/explain-flags.js";

const CONFIG = "configuration that names connections, detectors and issuers";

/** `sluice policy`: checks, explains, tests and compares policies. */
export function register(program: Command, io: Io, exit: (code: number) => void): void {
  const policy = program.command("policy").description("check, explain, test and compare policies");
  registerFiles(policy, io, exit);
  registerExplain(policy, io, exit);
}

function registerFiles(policy: Command, io: Io, exit: (code: number) => void): void {
  withOutputFlags(policy.command("check").description("read a policy file and name everything wrong with it"))
    .argument("[file]", "policy file; without it, the one of the configuration")
    .option("--config <file>", CONFIG)
    .action(async (file: string | undefined, options: OutputFlags & { config?: string }) => {
      exit(await (await import("./policy/check.js")).check(file, options, io));
    });
  withOutputFlags(policy.command("test").description("run the tests of policy files"))
    .argument("[files...]", "policy files with tests; without any, the one of the configuration")
    .option("--policies <file>", "the tests stand in other files than the policies, which are here")
    .option("--config <file>", CONFIG)
    .action(async (files: string[], options: OutputFlags & { config?: string; policies?: string }) => {
      exit(await (await import("./policy/test.js")).test(files, options, io));
    });
  withOutputFlags(policy.command("diff").description("say what differs between two policy files"))
    .argument("<from>", "policy file")
    .argument("[to]", "policy file; without it, the one of the configuration")
    .option("--config <file>", CONFIG)
    .option("--fail-on <direction>", "exit with 1 if something `loosens`, or if there is `any` difference")
    .action(
      async (
        from: string,
        to: string | undefined,
        options: OutputFlags & { config?: string; failOn?: string },
      ) => {
        exit(await (await import("./policy/diff.js")).diff({ from, to }, options, io));
      },
    );
}

function registerExplain(policy: Command, io: Io, exit: (code: number) => void): void {
  withGatewayFlags(policy.command("explain").description("show what holds for somebody, and why"))
    .option("--model <model>", "model; without it, every model (a gateway needs one)")
    .option("--connection <name>", "connection; without it, every one that serves the model")
    .option("--prompt <text>", "prompt to judge, - for standard input")
    .option("--system <text>", "system text that goes before it")
    .option("--subject <subject>", "explain for this subject; a gateway lets operators do so")
    .option("--groups <list>", "its groups, separated by commas")
    .option("--team <team>", "its team")
    .option("--issuer <url>", "issuer of its token")
    .option(
      "--attribute <name=value>",
      "an attribute of its token, with files only; may be given again",
      collect,
      [],
    )
    .option("--config <file>", "ask no gateway: take the policies of this configuration")
    .option("--policies <file>", "ask no gateway: take these policies")
    .action(async (options: GatewayFlags & ExplainFlags) => {
      exit(await (await import("./policy/explain.js")).explain(options, io));
    });
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
