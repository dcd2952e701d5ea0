import { routesOf } from "../../compose/connections.js";
import { issuersOf } from "../../config/issuers.js";
import { loadConfig } from "../../config/load.js";
import { namedSecrets } from "../../config/named-secrets.js";
import { systemClock } from "../../domain/time.js";
import { act } from "../act.js";
import type { OutputFlags } from "../flags.js";
import { EXIT, type Io } from "../io.js";
import { visible } from "../output.js";
import { Workbench } from "../policy/workbench.js";

/**
 * `sluice config check`: what `serve` would refuse, without starting anything: the file itself, the files
 * it names, detectors with their examples, and the policies. A secret that is not set is a warning: it may
 * be set where the gateway runs.
 */
export function check(options: OutputFlags & { readonly config: string }, io: Io): Promise<number> {
  return act(options, io, async (output) => {
    const config = loadConfig(options.config);
    issuersOf(config);
    for (const { upstreams } of routesOf(config, systemClock))
      await Promise.all(upstreams.map((upstream) => upstream.close()));
    const bench = new Workbench(options.config);
    const set = bench.read(config.policyFile);
    const unset = namedSecrets(config.written).flatMap(({ what, secret }) => {
      const { description } = config.secret(secret);
      return description.startsWith("not set") ? [`${what} ${description}`] : [];
    });
    const warnings = [...bench.notes, ...set.warnings, ...unset];
    const { connections, identity } = config.written;
    if (output.json) {
      await output.object({
        file: options.config,
        connections: connections.map(({ name }) => name.value),
        issuers: identity.issuers.map(({ issuer }) => issuer.value),
        policies: set.policies.map(({ name }) => name),
        policyVersion: set.version,
        detectors: bench.detectors.length,
        warnings,
      });
      return EXIT.ok;
    }
    await output.data(
      `${options.config}: ${connections.length} connections, ${identity.issuers.length} issuers, ${set.policies.length} policies, ${bench.detectors.length} detectors\n`,
    );
    for (const warning of warnings) await output.word(`warning: ${visible(warning)}`);
    return EXIT.ok;
  });
}
