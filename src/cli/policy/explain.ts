import { act } from "../act.js";
import { badFlag } from "../bad-flag.js";
import type { GatewayFlags } from "../flags.js";
import { EXIT, type Io } from "../io.js";
import { readPrompt } from "../prompt-argument.js";
import type { ExplainFlags } from "./explain-flags.js";

/**
 * `sluice policy explain`: from files where --config or --policies is given, else by a running gateway for
 * the caller itself (or, for operators, somebody else). Exits with 1 where a prompt would be denied.
 */
export function explain(options: GatewayFlags & ExplainFlags, io: Io): Promise<number> {
  return act(options, io, async (output) => {
    const prompt =
      options.prompt === undefined ? undefined : await readPrompt(options.prompt, "--prompt", io);
    const asked = { ...options, ...(prompt === undefined ? {} : { prompt }) };
    const isOffline = options.config !== undefined || options.policies !== undefined;
    if (!isOffline && options.attribute.length > 0)
      throw badFlag(
        "--attribute",
        "goes with --config or --policies; a gateway takes attributes from tokens.",
      );
    const look = isOffline
      ? (await import("./explain-files.js")).explainFiles(asked)
      : (await import("./explain-gateway.js")).explainThroughGateway(asked, io);
    const { json, text, denied } = await look;
    if (output.json) await output.object(json);
    else await output.data(text);
    return denied && prompt !== undefined ? EXIT.no : EXIT.ok;
  });
}
