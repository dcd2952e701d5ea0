import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { EXIT } from "../../src/cli/io.js";
import { type CliWorld, openCliWorld } from "./cli-world.js";
import { runCli } from "./run-cli.js";

const NOBODY = "01890000-0000-7000-8000-000000000000";

interface Page {
  readonly items: readonly { readonly sessionId: string; readonly outcome?: string }[];
  readonly next: string | null;
}

interface Line {
  readonly seq: number;
  readonly chunk?: { readonly text: string };
  readonly ended?: { readonly outcome: string };
}

function lines(text: string): readonly Line[] {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

describe("sluice sessions and replay", () => {
  let world: CliWorld;
  let masked: string;
  let denied: string;

  before(async () => {
    world = await openCliWorld();
    masked = await world.ask("Draft the reply to the customer");
    denied = await world.ask("Summarise project alder");
  });
  after(() => world.close());

  it("lists sessions newest first in the common form of lists", async () => {
    const { code, stdout } = await world.as("developer", ["sessions", "list", "--json"]);
    const page = JSON.parse(stdout) as Page;
    assert.equal(code, EXIT.ok);
    assert.deepEqual(
      page.items.map(({ sessionId }) => sessionId),
      [denied, masked],
    );
    assert.equal(page.next, null);
  });

  it("walks pages by the cursor of the page before", async () => {
    const first = JSON.parse(
      (await world.as("developer", ["sessions", "list", "--json", "--limit", "1"])).stdout,
    ) as Page;
    assert.ok(first.next);
    const args = ["sessions", "list", "--json", "--limit", "1", "--after", first.next];
    const second = JSON.parse((await world.as("developer", args)).stdout) as Page;
    assert.deepEqual(
      [first, second].map(({ items }) => items[0]?.sessionId),
      [denied, masked],
    );
    const all = await world.as("developer", ["sessions", "list", "--json", "--limit", "1", "--all"]);
    assert.equal(all.stdout.trim().split("\n").length, 2);
  });

  it("filters by outcome and by time", async () => {
    const args = ["sessions", "list", "--json", "--outcome", "policy_denied", "--from", "1h"];
    const { items } = JSON.parse((await world.as("developer", args)).stdout) as Page;
    assert.deepEqual(
      items.map(({ sessionId }) => sessionId),
      [denied],
    );
    const later = ["sessions", "list", "--json", "--from", "2099-01-01"];
    assert.deepEqual((JSON.parse((await world.as("developer", later)).stdout) as Page).items, []);
  });

  const filters: readonly (readonly [flag: string, fitting: string, other: string])[] = [
    ["--subject", "developer", "reviewer"],
    ["--team", "finance", "numbers"],
    ["--connection", "demo", "elsewhere"],
    ["--decision", "deny", "review"],
    ["--entity", "EMAIL_ADDRESS", "IBAN_CODE"],
    ["--outcome", "policy_denied", "open"],
    ["--from", "1h", "2099-01-01"],
    ["--to", "2099-01-01", "1h"],
  ];
  for (const [flag, fitting, other] of filters) {
    it(`filters by ${flag}`, async () => {
      const found = async (value: string): Promise<number> => {
        const { code, stdout } = await world.as("operator", ["sessions", "list", "--json", flag, value]);
        assert.equal(code, EXIT.ok, stdout);
        return (JSON.parse(stdout) as Page).items.length;
      };
      assert.ok((await found(fitting)) > 0);
      assert.equal(await found(other), 0);
    });
  }

  it("finds a session by the end of its id and by last", async () => {
    for (const name of [denied.slice(-8), "last"]) {
      const { code, stdout } = await world.as("developer", ["sessions", "get", name]);
      assert.equal(code, EXIT.ok);
      assert.match(stdout, new RegExp(`session +${denied}`));
      assert.match(stdout, /outcome +policy_denied/);
    }
  });

  it("refuses a part of an id that several have", async () => {
    const { code, stderr } = await world.as("developer", ["sessions", "get", masked.slice(0, 4)]);
    assert.equal(code, EXIT.usage);
    assert.match(stderr, /2 ids have/);
  });

  it("exits with 3 for a session that is not there or not one's own", async () => {
    assert.equal((await world.as("developer", ["sessions", "get", NOBODY])).code, EXIT.notFound);
    const { code, stdout } = await world.as("reviewer", ["sessions", "get", masked, "--json"]);
    assert.equal(code, EXIT.notFound);
    assert.equal((JSON.parse(stdout) as { error: { code: string } }).error.code, "not_found");
  });

  it("replays the same chunks with the same boundaries as the live stream had", async () => {
    const followed = await world.as("developer", ["sessions", "follow", masked, "--json"]);
    const replayed = await world.as("developer", ["replay", masked, "--speed", "max", "--json"]);
    assert.equal(replayed.code, EXIT.ok);
    const chunks = (text: string) =>
      lines(text).flatMap(({ seq, chunk }) => (chunk ? [[seq, chunk.text]] : []));
    assert.ok(chunks(followed.stdout).length > 10);
    assert.deepEqual(chunks(replayed.stdout), chunks(followed.stdout));
    assert.equal(lines(replayed.stdout).at(-1)?.ended?.outcome, "complete");
  });

  it("puts the answer alone on standard output", async () => {
    const { stdout, stderr } = await world.as("developer", ["replay", masked, "--speed", "max"]);
    const events = await world.as("developer", ["replay", masked, "--speed", "max", "--json"]);
    assert.equal(
      stdout,
      lines(events.stdout)
        .map(({ chunk }) => chunk?.text ?? "")
        .join(""),
    );
    assert.match(stdout, /<EMAIL_ADDRESS>/);
    assert.match(stderr, /complete: \d+ chunks; found/);
  });

  it("outlines a session: events and density over time, and no text", async () => {
    const { code, stdout } = await world.as("developer", ["sessions", "outline", masked]);
    assert.equal(code, EXIT.ok);
    assert.match(stdout, /^SECONDS +SEQ +EVENT +WHICH\n0\.000 +1 +opened\n/);
    for (const event of ["decided +allow", "first_chunk", "mask +EMAIL_ADDRESS", "ended +complete"])
      assert.match(stdout, new RegExp(event));
    assert.match(stdout, /\d+ chunks in \d+\.\d{3} s\n\|.*@.*\|\n$/);
    const { stdout: text } = await world.as("developer", ["replay", masked, "--speed", "max"]);
    const words = text.replace(/<\w+>/g, "").match(/\p{L}{7,}/gu) ?? [];
    assert.ok(words.length > 3);
    const json = await world.as("developer", ["sessions", "outline", masked, "--json"]);
    for (const word of words) assert.ok(!json.stdout.includes(word), word);
    const { events, density } = JSON.parse(json.stdout) as { events: object[]; density: number[] };
    assert.ok(events.length >= 5 && density.some((count) => count > 0));
  });

  it("tells the hash at which a log stands, which is the last one of its export", async () => {
    const { stdout } = await world.as("developer", ["sessions", "get", masked, "--json"]);
    const { headHash } = JSON.parse(stdout) as { headHash: string };
    const exported = await world.as("developer", ["sessions", "export", masked]);
    const last = exported.stdout.trimEnd().split("\n").at(-1) ?? "{}";
    assert.equal(headHash, (JSON.parse(last) as { hash: string }).hash);
    assert.match(headHash, /^[0-9a-f]{64}$/);
  });

  it("takes up a log after a sequence number", async () => {
    const { stdout } = await world.as("developer", [
      "replay",
      masked,
      "--speed",
      "max",
      "--after",
      "12",
      "--json",
    ]);
    assert.equal(lines(stdout)[0]?.seq, 13);
  });

  it("replays a denied session to its ending, which is no failure of the replay", async () => {
    const { code, stdout, stderr } = await world.as("developer", ["replay", denied]);
    assert.equal(code, EXIT.ok);
    assert.equal(stdout, "");
    assert.match(stderr, /not complete: policy_denied \(finance\/no-internal-codenames\)/);
  });

  it("refuses a speed out of range as a usage error", async () => {
    for (const speed of ["17", "0.1", "fast"])
      assert.equal((await world.as("developer", ["replay", masked, "--speed", speed])).code, EXIT.usage);
  });

  it("asks for a reason and a yes where nobody can be asked", async () => {
    const stopped = await world.as("operator", ["sessions", "stop", masked]);
    assert.deepEqual([stopped.code, /--reason/.test(stopped.stderr)], [EXIT.usage, true]);
    const removed = await world.as("operator", ["sessions", "rm", masked]);
    assert.deepEqual([removed.code, /--yes/.test(removed.stderr)], [EXIT.usage, true]);
  });

  it("says that a session to be stopped had ended already", async () => {
    const args = ["sessions", "stop", masked, "--reason", "a test", "--json"];
    const { code, stdout } = await world.as("operator", args);
    assert.equal(code, EXIT.ok);
    assert.deepEqual(JSON.parse(stdout), { sessionId: masked, wasRunning: false });
  });

  it("exits with 4 without a token, and with one that does not verify", async () => {
    const bad = await runCli(["sessions", "list", "--url", world.url, "--token-file", "-"], {
      stdin: "a.b.c\n",
    });
    assert.equal(bad.code, EXIT.authentication);
    assert.match(bad.stderr, /next: /);
    assert.doesNotMatch(bad.stdout + bad.stderr, /a\.b\.c/);
  });

  it("exits with 5 and the address where nothing answers", async () => {
    const args = [
      "sessions",
      "list",
      "--url",
      "127.0.0.1:1",
      "--token-file",
      await world.tokenFile("developer"),
    ];
    const { code, stderr } = await runCli(args);
    assert.equal(code, EXIT.unreachable);
    assert.match(stderr, /No gateway answers at 127\.0\.0\.1:1/);
  });

  it("never sends a token in plain text beyond loopback", async () => {
    const args = ["sessions", "list", "--url", "http://example.com:50051", "--token-file", "-"];
    const { code, stderr } = await runCli(args, { stdin: "secret-token" });
    assert.equal(code, EXIT.usage);
    assert.match(stderr, /unencrypted/);
    assert.doesNotMatch(stderr, /secret-token/);
  });

  it("exits with 130 when it is interrupted", async () => {
    const stopping = new AbortController();
    stopping.abort();
    const { code } = await world.as("developer", ["sessions", "list"], { signal: stopping.signal });
    assert.equal(code, EXIT.interrupted);
  });
});
