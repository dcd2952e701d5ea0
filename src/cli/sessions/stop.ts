import { act } from "../act.js";
import { withClient } from "../connect.js";
import type { GatewayFlags } from "../flags.js";
import { EXIT, type Io } from "../io.js";
import { reasonFor } from "../reason.js";
import { sessionNamed } from "../session-name.js";

/** `sluice sessions stop`. A session that had ended already is no failure: nothing runs any more. */
export function stop(
  name: string,
  options: GatewayFlags & { readonly reason?: string },
  io: Io,
): Promise<number> {
  return act(options, io, async (output) => {
    const reason = await reasonFor("stopping it", options, io);
    return withClient(options, io, async (client) => {
      const sessionId = await sessionNamed(name, client);
      const { wasRunning = false } = await client.call("Sessions", "Stop", { sessionId, reason });
      if (output.json) await output.object({ sessionId, wasRunning });
      else await output.word(wasRunning === true ? `stopped ${sessionId}` : `${sessionId} had ended already`);
      return EXIT.ok;
    });
  });
}
