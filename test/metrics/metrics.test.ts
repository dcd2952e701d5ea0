import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { serveMetrics } from "../../src/frontends/metrics-server.js";
import { Metrics } from "../../src/metrics/metrics.js";

describe("figures", () => {
  it("are written as Prometheus reads them, whatever their labels hold", () => {
    const metrics = new Metrics();
    const count = metrics.counter("sluice_things_total", "Things.");
    metrics.gauge("sluice_open", "Open now.", () => 3);
    metrics.gauge("sluice_by_name", "By name.", () => [{ labels: { name: 'a "b"\\c\nd' }, value: 1.5 }]);
    count({ outcome: "good" });
    count({ outcome: "good" }, 2);
    count({ outcome: "bad" });
    assert.equal(
      metrics.text(),
      `# HELP sluice_things_total Things.
# TYPE sluice_things_total counter
sluice_things_total{outcome="good"} 3
sluice_things_total{outcome="bad"} 1
# HELP sluice_open Open now.
# TYPE sluice_open gauge
sluice_open 3
# HELP sluice_by_name By name.
# TYPE sluice_by_name gauge
sluice_by_name{name="a \\"b\\"\\\\c\\nd"} 1.5
`,
    );
  });

  it("hold no more series than their bound", () => {
    const metrics = new Metrics();
    const count = metrics.counter("sluice_many_total", "Many.");
    for (let number = 0; number < 5000; number++) count({ name: String(number) });
    count({ name: "0" });
    assert.equal(metrics.text().split("\n").length, 2 + 1000 + 1);
    assert.match(metrics.text(), /\{name="0"\} 2\n/);
  });

  it("are served at /metrics and nothing else is", async () => {
    const server = await serveMetrics(() => "sluice_up 1\n", { host: "127.0.0.1", port: 0 });
    const url = `http://127.0.0.1:${server.address.port}`;
    const found = await fetch(`${url}/metrics`);
    assert.equal(found.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    assert.equal(await found.text(), "sluice_up 1\n");
    assert.equal((await fetch(`${url}/metrics`, { method: "HEAD" })).status, 200);
    for (const [path, method] of [
      ["/", "GET"],
      ["/metrics", "POST"],
      ["/v1/models", "GET"],
    ] as const)
      assert.equal((await fetch(`${url}${path}`, { method })).status, 404);
    await assert.rejects(
      serveMetrics(() => "", server.address),
      { code: "invalid_config", message: /in use/ },
    );
    await server.close();
  });
});
