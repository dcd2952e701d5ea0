/** Loaded into a measured gateway: answers over the parent's channel what only the process itself can know. */
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";

const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
let loop = performance.eventLoopUtilization();

const answers = {
  async memory() {
    for (let round = 0; round < 3; round++) {
      globalThis.gc?.();
      await pause(50);
    }
    return process.memoryUsage();
  },
  cpu() {
    const { user, system } = process.cpuUsage();
    return { us: user + system };
  },
  /** Since the last question, milliseconds. */
  delay() {
    const seen = {
      p50: delay.percentile(50) / 1e6,
      p99: delay.percentile(99) / 1e6,
      max: delay.max / 1e6,
      utilisation: performance.eventLoopUtilization(loop).utilization,
    };
    delay.reset();
    loop = performance.eventLoopUtilization();
    return seen;
  },
  resources() {
    const counts = {};
    for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
  },
};

process.on("message", async ({ id, ask }) => {
  process.send?.({ id, answer: await answers[ask]() });
});
// Whoever measures may be killed; what it started ends with it.
process.once("disconnect", () => process.exit());
process.channel?.unref();
