import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { systemClock } from "../../src/domain/time.js";
import { type Route, Router } from "../../src/pipeline/router.js";
import { createDemoUpstream } from "../../src/upstreams/index.js";

const demo = createDemoUpstream({ name: "demo", tokensPerSecond: 0, maxConcurrent: 1, clock: systemClock });

function route(connection: string, models: readonly string[], aliases: Record<string, string> = {}): Route {
  return { connection, models, aliases, upstreams: [demo], passFields: [] };
}

describe("the router", () => {
  const router = new Router([
    route("first", ["gpt-*-mini"], { fast: "gpt-5-mini-2026" }),
    route("second", ["gpt-*", "exact"]),
  ]);

  it("takes the first connection whose models match", () => {
    assert.equal(router.route("gpt-5-mini", "openai-chat").route.connection, "first");
    assert.equal(router.route("gpt-5", "openai-chat").route.connection, "second");
  });

  it("sends an alias under the upstream's name", () => {
    assert.equal(router.route("fast", "openai-chat").upstreamModel, "gpt-5-mini-2026");
  });

  it("matches a name as a whole, and never a part of it", () => {
    for (const model of ["exac", "exact2", "xexact", "mini", "", "__proto__", "constructor"]) {
      assert.throws(() => router.route(model, "openai-chat"), { code: "model_not_found" });
    }
  });

  it("quotes an unknown name without line breaks", () => {
    assert.throws(
      () => router.route("a\nlevel=error forged", "openai-chat"),
      (error: Error) => !error.message.includes("\n"),
    );
  });
});
