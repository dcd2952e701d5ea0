import { act } from "../act.js";
import { withClient } from "../connect.js";
import { numberOf, objectOf, objectsOf, textOf } from "../fields.js";
import type { GatewayFlags } from "../flags.js";
import { EXIT, type Io } from "../io.js";
import { visibleLine } from "../output.js";
import { reasonFor } from "../reason.js";
import { approvalNamed } from "./approval-name.js";

export interface DecideOptions extends GatewayFlags {
  readonly reason?: string;
  /** What was read before; without it, what is there now. */
  readonly version?: number;
  readonly digest?: string;
}

const DOING = { approve: "approving", reject: "rejecting", cancel: "cancelling" } as const;

/** `sluice approvals approve`, `reject` and `cancel`. */
export function decide(
  name: string,
  verdict: keyof typeof DOING,
  { options, io }: { readonly options: DecideOptions; readonly io: Io },
): Promise<number> {
  return act(options, io, async (output) => {
    const reason = await reasonFor(DOING[verdict], options, io);
    return withClient(options, io, async (client) => {
      const approvalId = await approvalNamed(name, client);
      const seen = { version: options.version ?? 0, digest: options.digest ?? "" };
      const answer = await client.call("Approvals", "Decide", { approvalId, verdict, reason, ...seen });
      const approval = objectOf(answer, "approval");
      if (output.json) await output.object(approval);
      else {
        const votes = objectsOf(approval, "votes").length;
        const needed = Math.max(1, numberOf(approval, "approvalsNeeded"));
        const state = visibleLine(textOf(approval, "state"));
        await output.word(`${approvalId} is ${state}, ${votes} of ${needed} votes`);
      }
      return EXIT.ok;
    });
  });
}
