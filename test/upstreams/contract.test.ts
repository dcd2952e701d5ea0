import { systemClock } from "../../src/domain/time.js";
import { createDemoUpstream } from "../../src/upstreams/index.js";
import { upstreamContract } from "../contracts/upstream-contract.js";
import { httpUpstream } from "../support/http-upstream.js";
import { startRecordedUpstream } from "../support/recorded-upstream.js";
import { allowedCall } from "../support/upstream-call.js";

const LINES = `${Array.from({ length: 400 }, (_, at) => `t:piece ${at} `).join("\n")}\ndone\n`;

upstreamContract("an HTTP upstream", async () => {
  const server = await startRecordedUpstream((request) =>
    request.body.includes("slow") ? { body: LINES, cuts: 7, paceMs: 10 } : { body: LINES, cuts: 8 },
  );
  const upstream = httpUpstream(server.url, { maxConcurrent: 2 });
  return {
    upstream,
    slow: () => allowedCall({ model: "slow" }),
    fast: () => allowedCall({ model: "fast" }),
    foreign: () => allowedCall({ connection: "another" }),
    close: async () => {
      await upstream.close();
      await server.close();
    },
  };
});

upstreamContract("the demo model", async () => {
  const upstream = createDemoUpstream({
    name: "model",
    tokensPerSecond: 500,
    maxConcurrent: 2,
    clock: systemClock,
  });
  return {
    upstream,
    slow: () => allowedCall({ prompt: "Count, please" }),
    fast: () => allowedCall({ prompt: "What was Q3 revenue?" }),
    foreign: () => allowedCall({ connection: "another" }),
    close: () => upstream.close(),
  };
});
