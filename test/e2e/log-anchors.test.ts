/** Signed heads of the ledger leave the gateway, to a file and to standard output, and prove its folder. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { EXIT } from "../../src/cli/io.js";
import { parseAnchor } from "../../src/recording/anchor.js";
import { runCli } from "../cli/run-cli.js";
import { GrpcClient, grpcWay } from "../frontends/ways/grpc-way.js";
import { type GatewayFolder, openFolder } from "../support/gateway.js";
import { type GatewayProcess, startGateway } from "../support/gateway-process.js";
import { chatStream } from "../support/streams.js";

let place: GatewayFolder;
let gateway: GatewayProcess;

before(async () => {
  place = await openFolder("ledger: { anchorFile: ./anchors.ndjson, anchorEvery: 1s, stdout: true }\n");
  place.model.tell(() => ({ body: chatStream(["one ", "two "]) }));
  gateway = await startGateway(place.file);
});
after(async () => {
  await gateway?.kill("SIGKILL");
  await place?.close();
});

function anchorsIn(text: string): readonly string[] {
  return text.split("\n").filter((line) => parseAnchor(line) !== null);
}

describe("anchors of a gateway", () => {
  test("go to the file and to standard output alike, again and again", async () => {
    const token = await place.token("jane");
    const client = new GrpcClient(gateway.grpcAddress);
    const { outcome } = await grpcWay(client).ask({ token, prompt: "Count", model: "gpt-told" });
    assert.equal(outcome, "complete");
    client.close();
    for (let waited = 0; anchorsIn(gateway.printed()).length < 3; waited++) {
      assert.ok(waited < 600, "no anchors come");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.equal(await gateway.kill("SIGTERM"), 0);
    const printed = anchorsIn(gateway.printed());
    assert.deepEqual(printed, anchorsIn(await readFile(join(place.folder, "anchors.ndjson"), "utf8")));
    const seqs = printed.map((line) => parseAnchor(line)?.seq ?? 0);
    assert.deepEqual(
      seqs,
      [...seqs].sort((a, b) => a - b),
    );
  });

  test("prove the folder, with the keys that signed them", async () => {
    const kept = join(place.folder, "kept-elsewhere.ndjson");
    await writeFile(kept, anchorsIn(gateway.printed()).join("\n"));
    const { code, stdout, stderr } = await runCli(["verify", "--config", place.file, "--anchor", kept]);
    assert.equal(code, EXIT.ok, stdout + stderr);
    assert.match(stdout, /^intact: \d+ records of 1 session\n$/);
    assert.equal(stderr, "");
  });
});
