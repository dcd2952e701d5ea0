/** How far a replay is from the recorded times: sessions are recorded at a pace and then played, all at once. */
import { get } from "node:http";
import { modelOf, type Percentiles, percentiles } from "./load.js";
import { loadClient, type Target } from "./stream-clients.js";

const SESSIONS = 10;
const SHAPE = { streams: SESSIONS, chunks: 150, perSecond: 50, warmMs: 0, measuredMs: 0 };

/** Milliseconds by which a chunk comes later than it should after the one of its session that came soonest. */
export async function replayDrift(target: Target): Promise<Percentiles> {
  const client = loadClient("sse", target);
  const streams = Array.from({ length: SESSIONS }, () =>
    client.open({ model: modelOf(SHAPE), onText: () => {} }),
  );
  const ends = await Promise.all(streams.map((stream) => stream.ended));
  if (ends.some((end) => end !== "complete")) throw new Error(`a session ended as ${ends.join(", ")}`);
  client.close();
  const drifts = await Promise.all(streams.map((stream) => played(target, stream.session())));
  return percentiles(drifts.flat());
}

function played({ url, token }: Target, session: string): Promise<readonly number[]> {
  const headers = { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const lead: number[] = [];
    let held = "";
    const call = get(`${url}/v1/sessions/${session}/stream?after=0&speed=1`, { headers }, (response) => {
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        const nowMs = performance.now();
        const blocks = (held + piece).split("\n\n");
        held = blocks.pop() ?? "";
        for (const block of blocks) {
          const offsetMs = /"offsetMs":([\d.]+)/.exec(block)?.[1];
          if (offsetMs !== undefined && block.includes('"chunk":')) lead.push(nowMs - Number(offsetMs));
        }
      });
      response.on("end", () => {
        const least = Math.min(...lead);
        if (lead.length < SHAPE.chunks / 2) reject(new Error(`a replay had ${lead.length} chunks`));
        else resolve(lead.map((each) => each - least));
      });
    });
    call.on("error", reject);
  });
}
