import { SluiceError } from "../../domain/errors.js";
import { systemClock } from "../../domain/time.js";
import { act } from "../act.js";
import { withClient } from "../connect.js";
import { objectOf } from "../fields.js";
import type { GatewayFlags } from "../flags.js";
import type { Io } from "../io.js";
import { visibleLine } from "../output.js";
import { approvalRow } from "./row.js";

/** `sluice approvals watch`: until it is interrupted, or the time given is over. */
export function watch(options: GatewayFlags, io: Io): Promise<number> {
  return act(options, io, (output) =>
    withClient(options, io, async (client) => {
      for await (const message of client.stream("Approvals", "Watch", {})) {
        const approval = objectOf(message, "approval");
        if (output.json) await output.line(approval);
        else await output.data(`${approvalRow(approval, systemClock.nowMs()).map(visibleLine).join("  ")}\n`);
      }
      throw new SluiceError("shutdown", "The gateway ended the watch; it is shutting down.");
    }),
  );
}
