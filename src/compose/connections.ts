import type { Config } from "../config/load.js";
import type { WrittenConnection } from "../config/shapes.js";
import { upstreamDialects } from "../dialects/index.js";
import type { DialectName } from "../domain/entry.js";
import { SluiceError } from "../domain/errors.js";
import type { Clock } from "../domain/time.js";
import type { Route } from "../pipeline/router.js";
import { CallPlaces, createDemoUpstream, createHttpUpstream, type Upstream } from "../upstreams/index.js";

/** Wire dialects that an endpoint of each kind speaks, its main one first. */
const WIRE: Readonly<Record<WrittenConnection["dialect"], readonly DialectName[]>> = {
  openai: ["openai-chat", "openai-completions", "openai-responses"],
  anthropic: ["anthropic-messages"],
  gemini: ["gemini"],
  ollama: ["ollama"],
  demo: ["sluice"],
};

/** One route per configured connection, in the order of the file. */
export function routesOf(config: Config, clock: Clock): readonly Route[] {
  return config.written.connections.map((written) => ({
    connection: written.name.value,
    models: written.models,
    aliases: Object.fromEntries(written.aliases),
    upstreams: upstreamsOf(written, config, clock),
    passFields: written.passFields,
  }));
}

function upstreamsOf(written: WrittenConnection, config: Config, clock: Clock): readonly Upstream[] {
  const { maxConcurrent, tokensPerSecond } = written;
  const name = written.name.value;
  if (written.dialect === "demo")
    return [createDemoUpstream({ name, tokensPerSecond, maxConcurrent, clock })];
  const places = new CallPlaces(maxConcurrent);
  const made = WIRE[written.dialect].flatMap((wire) => {
    const dialect = upstreamDialects.get(wire);
    return dialect === undefined
      ? []
      : [createHttpUpstream({ ...httpOptions(written, config), name, dialect, clock, places })];
  });
  if (made.length === 0) {
    throw new SluiceError(
      "invalid_config",
      `${config.file}: connections: ${name}: the dialect ${written.dialect} is not supported yet.`,
      {
        field: "connections.dialect",
      },
    );
  }
  return made;
}

function httpOptions(written: WrittenConnection, config: Config) {
  const { answer, event, choices, channels } = config.written.limits;
  const secret = written.credential === undefined ? null : config.secret(written.credential.value);
  return {
    url: written.url?.value ?? "",
    credential: () => secret?.read() ?? "",
    headers: Object.fromEntries(written.headers),
    limits: { eventBytes: event, totalBytes: answer, choices, channels, jsonDepth: 64 },
    timeouts: {
      connectMs: written.connectTimeout,
      firstTokenMs: written.firstTokenTimeout,
      progressMs: written.progressTimeout,
      totalMs: written.totalTimeout,
    },
    apiVersion: written.apiVersion ?? null,
    maxConcurrent: written.maxConcurrent,
    proxy: written.proxy ?? null,
    ca: written.ca === undefined ? null : config.pem(written.ca, "connections.ca"),
    passFields: written.passFields,
    upstreamModel: (model: string) => written.aliases.get(model) ?? model,
  };
}
