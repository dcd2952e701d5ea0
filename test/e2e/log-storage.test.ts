/** The gateway as its own process on a disk that fills, with clients on every front end. */
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Seen, Way } from "../contracts/way.js";
import { GrpcClient } from "../frontends/ways/grpc-way.js";
import { type GatewayFolder, openFolder } from "../support/gateway.js";
import { type GatewayProcess, startGateway } from "../support/gateway-process.js";
import { waysInto } from "../support/hand-gateway.js";
import { keepAlive } from "../support/keep-alive.js";
import { mountSmallDisk, type SmallDisk } from "../support/small-disk.js";
import { chatStream } from "../support/streams.js";

keepAlive();

const PIECES = Array.from({ length: 5000 }, (_, index) => `${index} ${"many plain words ".repeat(60)}\n`);
const TEXT = PIECES.join("");

let place: GatewayFolder;
let disk: SmallDisk | null = null;
let gateway: GatewayProcess | undefined;
let client: GrpcClient | undefined;
let ways: ReadonlyMap<string, Way> = new Map();
let token = "";

before(async () => {
  place = await openFolder("limits: { loopDelay: 0ms }\n");
  const data = join(place.folder, "data");
  await mkdir(data);
  disk = mountSmallDisk(data, "24m");
  const config = await readFile(place.file, "utf8");
  await writeFile(
    place.file,
    config.replace("path: ./data, minFree: 16MiB", "path: ./data/log, minFree: 1MiB"),
  );
  if (disk === null) return;
  gateway = await startGateway(place.file);
  client = new GrpcClient(gateway.grpcAddress, { deadlineMs: 600_000 });
  ways = waysInto(gateway.url, client);
  token = await place.token("jane");
});
after(async () => {
  client?.close();
  await gateway?.kill("SIGKILL");
  disk?.unmount();
  await place?.close();
});

function short(): void {
  place.model.tell(() => ({ body: chatStream(["still ", "here"]) }));
}

async function asked(way: Way): Promise<Seen> {
  return way.ask({ token, prompt: "Go on", model: "gpt-told" });
}

async function until(test: () => Promise<boolean>, what: string): Promise<void> {
  for (let waited = 0; !(await test()); waited++) {
    assert.ok(waited < 300, `waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe("a gateway whose disk fills", () => {
  let seen: readonly Seen[] = [];

  test("ends the sessions under way with an error, on every front end", async (run) => {
    if (disk === null) {
      run.skip("mounting a small file system is not permitted here");
      return;
    }
    short();
    for (const way of ways.values()) assert.equal((await asked(way)).text, "still here");
    place.model.tell(() => ({ body: chatStream(PIECES), paceMs: 1, cuts: 1 }));
    const begun = await Promise.all(
      [...ways.values()].map((way) => way.begin({ token, prompt: "Go on", model: "gpt-told" })),
    );
    await Promise.all(begun.map(({ firstText }) => firstText));
    await disk.fill();
    seen = await Promise.all(begun.map(async ({ seen: read, session }) => ({ ...(await read), session })));
    for (const { outcome, text } of seen) {
      assert.equal(outcome, "storage_failed");
      assert.ok(text.length > 0 && TEXT.startsWith(text));
    }
  });

  test("takes nothing new while it is full, and says so", async (run) => {
    if (disk === null) return run.skip("no small file system");
    short();
    for (const way of ways.values()) {
      assert.ok(["storage_failed", "overloaded"].includes((await asked(way)).outcome));
    }
  });

  test("works again when there is room, and has lost nothing that a client saw", async (run) => {
    if (disk === null) return run.skip("no small file system");
    short();
    await disk.free();
    const [any] = ways.values();
    await until(async () => any !== undefined && (await asked(any)).outcome === "complete", "recovery");
    for (const way of ways.values()) assert.equal((await asked(way)).text, "still here");
    for (const { session, text } of seen) {
      for (const way of ways.values()) {
        const whole = await way.attach({ token, session, afterSeq: 0 });
        assert.ok(whole.text.startsWith(text), "a client saw what the log does not hold");
        assert.equal(whole.outcome, "storage_failed");
      }
    }
    const operator = await place.token("olga", { groups: ["platform"] });
    const report = await client?.unary<{ problems: object[] }>("Sessions/Verify", {}, { token: operator });
    assert.deepEqual(report?.problems, []);
  });

  test("refuses a second process on its folder, which exits with 1 and says why", async (run) => {
    if (disk === null) return run.skip("no small file system");
    await assert.rejects(startGateway(place.file), /exit 1: [\s\S]*in use by another process/);
    const [any] = ways.values();
    assert.ok(any !== undefined);
    assert.equal((await asked(any)).text, "still here");
  });
});
