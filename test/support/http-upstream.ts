import { systemClock } from "../../src/domain/time.js";
import { createHttpUpstream, type HttpUpstreamOptions, type Upstream } from "../../src/upstreams/index.js";
import { lineDialect } from "./line-dialect.js";

/** A connection named `model` with limits and deadlines that a test can wait for. */
export function httpUpstream(url: string, options: Partial<HttpUpstreamOptions> = {}): Upstream {
  return createHttpUpstream({
    name: "model",
    dialect: lineDialect(),
    url,
    credential: () => "sk-test-credential",
    headers: {},
    limits: { eventBytes: 64 * 1024, totalBytes: 8 * 1024 * 1024, choices: 8, channels: 64, jsonDepth: 64 },
    timeouts: { connectMs: 2_000, firstTokenMs: 2_000, progressMs: 2_000, totalMs: 10_000 },
    apiVersion: null,
    maxConcurrent: 16,
    clock: systemClock,
    ...options,
  });
}
