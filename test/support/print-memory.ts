/** Loaded into a gateway that a test measures: on SIGUSR2 it collects garbage and prints what is in use. */
process.on("SIGUSR2", () => {
  globalThis.gc?.();
  // Memory outside the heap is given back after the collection that found it unused.
  setTimeout(() => {
    globalThis.gc?.();
    const { heapUsed, external, rss } = process.memoryUsage();
    console.log(`memory ${heapUsed + external} ${rss}`);
  }, 100);
});
