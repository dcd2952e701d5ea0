import type { Command } from "commander";
import { type GatewayFlags, withGatewayFlags } from "./flags.js";
import type { Io } from "./io.js";
import { parseCount, parseLength } from "./time-argument.js";

interface ReplayOptions extends GatewayFlags {
  readonly speed: string;
  readonly after?: number;
  readonly from?: number;
  readonly raw: boolean;
}

/** `sluice replay`: plays a session back with its recorded timing. */
export function register(program: Command, io: Io, exit: (code: number) => void): void {
  withGatewayFlags(program.command("replay").description("play a session back with its recorded timing"))
    .argument("<session>", "an id, the beginning or end of one, or `last`")
    .option("--speed <factor>", "0.25 to 16, or max", "1")
    .option("--from <time>", "start this long after the opening, for example 12s", parseLength)
    .option("--after <seq>", "start after this sequence number", parseCount(0, 0xffffffff))
    .option("--raw", "send control characters of the model to the terminal", false)
    .action(async (session: string, options: ReplayOptions) => exit(await replay(session, options, io)));
}

async function replay(name: string, options: ReplayOptions, io: Io): Promise<number> {
  const [{ act }, { withClient }, { printLog }, { sessionNamed }] = await Promise.all([
    import("./act.js"),
    import("./connect.js"),
    import("./print-log.js"),
    import("./session-name.js"),
  ]);
  return act(options, io, async (output) => {
    const pace = await paceOf(options.speed);
    return withClient(options, io, async (client) => {
      const sessionId = await sessionNamed(name, client);
      const { after: afterSeq = 0, from: fromOffsetMs = 0, raw } = options;
      const request = { sessionId, afterSeq, fromOffsetMs, ...pace };
      return printLog(client.events("Sessions", "Replay", request), { output, raw });
    });
  });
}

async function paceOf(written: string): Promise<{ readonly maxSpeed: boolean } | { readonly speed: number }> {
  if (written === "max") return { maxSpeed: true };
  const speed = /^\d{1,2}(\.\d{1,3})?$/.test(written) ? Number(written) : Number.NaN;
  if (speed >= 0.25 && speed <= 16) return { speed };
  const { badFlag } = await import("./bad-flag.js");
  throw badFlag("--speed", "give a factor from 0.25 to 16, or max.");
}
