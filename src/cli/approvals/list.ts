import { systemClock } from "../../domain/time.js";
import { act } from "../act.js";
import { withClient } from "../connect.js";
import { given, objectsOf, textOf } from "../fields.js";
import type { GatewayFlags } from "../flags.js";
import { EXIT, type Io } from "../io.js";
import { table } from "../table.js";
import { approvalRow, HEADING } from "./row.js";

interface ListOptions extends GatewayFlags {
  readonly state: string;
  readonly after?: string;
  readonly limit?: number;
}

/** `sluice approvals list`. */
export function list(options: ListOptions, io: Io): Promise<number> {
  return act(options, io, (output) =>
    withClient(options, io, async (client) => {
      const state = options.state === "all" ? "" : options.state;
      const query = given({ state, after: options.after, limit: options.limit });
      const answer = await client.call("Approvals", "List", query);
      const items = objectsOf(answer, "items");
      const next = textOf(answer, "next");
      if (output.json) await output.list(items, next || null);
      else if (items.length === 0) await output.word("Nothing waits.");
      else {
        const nowMs = systemClock.nowMs();
        await output.data(
          table(
            HEADING,
            items.map((item) => approvalRow(item, nowMs)),
          ),
        );
        if (next !== "") await output.word(`more: --after ${next}`);
      }
      return EXIT.ok;
    }),
  );
}
