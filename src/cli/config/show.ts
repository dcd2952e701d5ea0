import { formatAddress } from "../../config/address.js";
import { type Config, loadConfig } from "../../config/load.js";
import { plainMap } from "../../config/plain.js";
import type { JsonObject, JsonValue } from "../../domain/json.js";
import { act } from "../act.js";
import type { OutputFlags } from "../flags.js";
import { EXIT, type Io } from "../io.js";
import { visibleLine } from "../output.js";

/** `sluice config show`: every setting as it is in force, defaults included. Times in milliseconds, sizes in
 *  bytes. Of a secret only where it comes from and whether it is there. */
export function show(options: OutputFlags & { readonly config: string }, io: Io): Promise<number> {
  return act(options, io, async (output) => {
    const config = loadConfig(options.config);
    const settings = settingsOf(config);
    if (output.json) await output.object(settings);
    else for (const [name, value] of leaves(settings)) await output.data(`${name} = ${visibleLine(value)}\n`);
    return EXIT.ok;
  });
}

function settingsOf(config: Config): JsonObject {
  const { connections, topics: _topics, tests: _tests, ...rest } = config.written;
  return {
    ...plainMap(rest),
    listen: {
      http: formatAddress(config.http),
      grpc: formatAddress(config.grpc),
      insecure: rest.listen.insecure,
    },
    connections: connections.map(({ credential, headers, ...connection }) => ({
      ...plainMap(connection),
      // A header of one's own often carries a key.
      headers: Object.fromEntries([...headers.keys()].map((name) => [name, "set"])),
      credential: credential === undefined ? null : config.secret(credential.value).description,
    })),
    recording: { ...plainMap(rest.recording), path: config.dataDir },
    keys: { dir: config.keysDir },
    approvals: { ...plainMap(rest.approvals), path: config.approvalsDir },
    policies: config.policiesInline ? "in this file" : config.policyFile,
  };
}

function leaves(value: JsonValue, path = ""): readonly (readonly [string, string])[] {
  if (value === null) return [[path, "not set"]];
  if (typeof value !== "object") return [[path, String(value)]];
  const isPlainList = Array.isArray(value) && value.every((item) => typeof item !== "object");
  if (isPlainList) return [[path, value.join(", ") || "none"]];
  const entries = Object.entries(value);
  if (entries.length === 0) return [[path, "none"]];
  return entries.flatMap(([name, each]) =>
    leaves(each, Array.isArray(value) ? `${path}[${name}]` : path === "" ? name : `${path}.${name}`),
  );
}
