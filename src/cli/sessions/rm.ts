import { act } from "../act.js";
import { withClient } from "../connect.js";
import type { GatewayFlags } from "../flags.js";
import { EXIT, type Io } from "../io.js";
import { confirmed } from "../reason.js";
import { sessionNamed } from "../session-name.js";

/** `sluice sessions rm`. What remains is what tamper evidence needs: id, hashes, the act. */
export function rm(name: string, options: GatewayFlags & { readonly yes: boolean }, io: Io): Promise<number> {
  return act(options, io, (output) =>
    withClient(options, io, async (client) => {
      const sessionId = await sessionNamed(name, client);
      const isSure = await confirmed(`Delete session ${sessionId}? It cannot be brought back.`, options, io);
      if (!isSure) {
        await output.word("nothing was deleted");
        return EXIT.no;
      }
      await client.call("Sessions", "Delete", { sessionId });
      if (output.json) await output.object({ sessionId, deleted: true });
      else await output.word(`deleted ${sessionId}`);
      return EXIT.ok;
    }),
  );
}
