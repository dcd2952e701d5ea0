import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { systemClock } from "/work/main/src/domain/time.js";
import { SessionLog } from "/work/main/src/recording/session-log.js";
import { openLevelStore } from "/work/main/src/recording/stores/level.js";
import { pageRange, sessionBytes } from "../../src/recording/keys.js";
import { chunk, ended, newKeys, opened } from "/work/main/test/recording/fixtures.js";
const TEXTS = [" the", " quick", " brown", " fox", " jumps", ", over", " a", " lazy", " dog", ".\n"];
const path = await mkdtemp("/tmp/p2-read-");
const keys = newKeys();
const level = await openLevelStore({ path });
const log = await SessionLog.open({ store: level, clock: systemClock, randomBytes, keys, minFreeBytes: 0, maxLead: 1e9 });
const writers = Array.from({ length: 50 }, () => log.begin(opened()));
const turn = () => new Promise((r) => setImmediate(r));
const per = Number(process.argv[2] ?? 1), count = Number(process.argv[3] ?? 4000);
for (let at = 0; at < count / per; at++) { for (const w of writers) for (let i = 0; i < per; i++) w.append(chunk(TEXTS[(at+i) % 10] ?? "")); await writers[0]!.committed(writers[0]!.lastSeq); }
for (const w of writers) w.append(ended());
await Promise.all(writers.map((w) => w.committed(w.lastSeq)));
console.log("used", (await log["store" as never] ?? 0));
for (let round = 0; round < 6; round++) {
  const c0 = process.cpuUsage(); const t0 = performance.now(); let n = 0;
  for (const w of writers) {
    const reader = (await log.reader(w.session))!; const cursor = reader.cursor({ afterSeq: 0, live: false });
    while (!cursor.done) { const e = cursor.take(1000); n += e.length; if (e.length === 0) await new Promise<void>((r) => { cursor.onReadable = r; }); }
  }
  const c = process.cpuUsage(c0);
  console.log(per, n, "records/s wall", Math.round(n / (performance.now() - t0) * 1000), "cpu us/record", ((c.user + c.system) / n).toFixed(2));
}

const store = (writers[0] as any);
const st = level;
for (const mode of ["values", "range", "iter"] as const) for (let r = 0; r < 3; r++) {
  const c0 = process.cpuUsage(); const t0 = performance.now(); let n = 0; const e0 = performance.eventLoopUtilization();
  let from = Buffer.from([0x73]); const to = Buffer.from([0x74]);
  if (mode === "iter") { const it = (st as any).database.values({ gte: from, lt: to, highWaterMarkBytes: 262144 }); for (;;) { const v = await it.nextv(1000); if (v.length === 0) break; n += v.length; } await it.close(); }
  else for (const w of writers) { let k = pageRange(sessionBytes(w.session)); let seq = 1; for (;;) { if (mode === "values") { const v = await st.values({ ...pageRange(sessionBytes(w.session), seq), limit: 1000, maxBytes: 65536 }); if (v.length === 0) break; n += v.length; seq += v.reduce((a, b) => a + b[1]!, 0); } else { const v = await st.range({ ...pageRange(sessionBytes(w.session), seq), limit: 1000, maxBytes: 65536 }); if (v.length === 0) break; n += v.length; seq += v.reduce((a, b) => a + b.value[1]!, 0);} } }
  const c = process.cpuUsage(c0);
  console.log(mode, n, Math.round(n / (performance.now() - t0) * 1000), "rows/s; cpu us/row", ((c.user + c.system) / n).toFixed(2), "main util", performance.eventLoopUtilization(e0).utilization.toFixed(2));
}
await log.close(); await rm(path, { recursive: true });
