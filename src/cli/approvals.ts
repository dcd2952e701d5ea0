import type { Command } from "commander";
import type { DecideOptions } from "./approvals/decide.js";
import { type GatewayFlags, withGatewayFlags } from "./flags.js";
import type { Io } from "./io.js";
import { parseCount } from "./time-argument.js";

/** `sluice approvals`: what waits for a person, and deciding it. */
export function register(program: Command, io: Io, exit: (code: number) => void): void {
  const approvals = program.command("approvals").description("list, watch and decide reviews");
  registerReading(approvals, io, exit);
  registerDeciding(approvals, io, exit);
}

function registerReading(approvals: Command, io: Io, exit: (code: number) => void): void {
  withGatewayFlags(approvals.command("list").description("list reviews, newest first"))
    .option(
      "--state <state>",
      "pending, approved, consumed, rejected, expired, cancelled, voided or all",
      "pending",
    )
    .option("--after <cursor>", "the page after; `next` of the page before")
    .option("--limit <count>", "reviews on a page", parseCount(1, 500))
    .action(async (options: GatewayFlags & { state: string; after?: string; limit?: number }) => {
      exit(await (await import("./approvals/list.js")).list(options, io));
    });
  withGatewayFlags(approvals.command("watch").description("show pending reviews, then every change")).action(
    async (options: GatewayFlags) => {
      exit(await (await import("./approvals/watch.js")).watch(options, io));
    },
  );
  withGatewayFlags(
    approvals.command("show").description("show a review with its prompt; reading is recorded"),
  )
    .argument("<approval>", "id of the review, or `last`")
    .option("--raw", "send control characters of the prompt to the terminal", false)
    .action(async (approval: string, options: GatewayFlags & { raw: boolean }) => {
      exit(await (await import("./approvals/show.js")).show(approval, options, io));
    });
}

function registerDeciding(approvals: Command, io: Io, exit: (code: number) => void): void {
  const verdicts = {
    approve: "approve a request, with a reason",
    reject: "reject a request, with a reason",
    cancel: "give up a request of your own, or stop one as an operator, with a reason",
  };
  for (const verdict of ["approve", "reject", "cancel"] as const) {
    withGatewayFlags(approvals.command(verdict).description(verdicts[verdict]))
      .argument("<approval>", "id of the review, or `last`")
      .option("--reason <text>", "for the requester and the record")
      .option("--version <number>", "decide only if it is still at this version", parseCount(1, 0xffffffff))
      .option("--digest <hex>", "decide only on the request with this digest")
      .action(async (approval: string, options: DecideOptions) => {
        exit(await (await import("./approvals/decide.js")).decide(approval, verdict, { options, io }));
      });
  }
}
