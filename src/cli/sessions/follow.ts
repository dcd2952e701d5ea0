import { act } from "../act.js";
import { withClient } from "../connect.js";
import type { GatewayFlags } from "../flags.js";
import type { Io } from "../io.js";
import { printLog } from "../print-log.js";
import { sessionNamed } from "../session-name.js";

/** `sluice sessions follow`: done when the session has ended, however it did. */
export function follow(
  name: string,
  options: GatewayFlags & { readonly after?: number; readonly raw: boolean },
  io: Io,
): Promise<number> {
  return act(options, io, (output) =>
    withClient(options, io, async (client) => {
      const sessionId = await sessionNamed(name, client);
      const request = { sessionId, afterSeq: options.after ?? 0 };
      return printLog(client.events("Sessions", "Follow", request), { output, raw: options.raw });
    }),
  );
}
