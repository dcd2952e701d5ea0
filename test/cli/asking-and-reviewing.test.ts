import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { EXIT } from "../../src/cli/io.js";
import { type CliWorld, openCliWorld } from "./cli-world.js";

const REVIEWED = "What was Q3 revenue?";

interface Approval {
  readonly approvalId: string;
  readonly state: string;
  readonly digest: string;
  readonly version: number;
}

describe("sluice ask and approvals", () => {
  let world: CliWorld;

  before(async () => {
    world = await openCliWorld({ speed: 200 });
  });
  after(() => world.close());

  const pending = async (): Promise<readonly Approval[]> => {
    const { stdout } = await world.as("reviewer", ["approvals", "list", "--json"]);
    return (JSON.parse(stdout) as { items: Approval[] }).items;
  };
  const newest = async (): Promise<Approval> => {
    for (let attempt = 0; attempt < 200; attempt++) {
      const [approval] = await pending();
      if (approval !== undefined) return approval;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    return assert.fail("nothing waits");
  };

  it("prints the masked answer alone on standard output", async () => {
    const { code, stdout, stderr } = await world.as("developer", [
      "ask",
      "Draft the reply to the customer",
      "--model",
      "demo",
    ]);
    assert.equal(code, EXIT.ok);
    assert.match(stdout, /^Dear customer.*<EMAIL_ADDRESS>.*support team$/s);
    assert.match(stderr, /^session [0-9a-f-]{36} /);
  });

  it("exits with 1 for a denial, naming policy and rule once", async () => {
    const { code, stdout, stderr } = await world.as("developer", ["ask", "-", "--model", "demo"], {
      stdin: "Summarise project alder",
    });
    assert.deepEqual([code, stdout], [EXIT.no, ""]);
    assert.match(stderr, /not complete: policy_denied \(finance\/no-internal-codenames\)/);
    assert.match(stderr, /next: sluice policy explain/);
  });

  it("ends a JSON stream that failed with the error in the common form", async () => {
    const { code, stdout } = await world.as("developer", [
      "ask",
      "project alder",
      "--model",
      "demo",
      "--json",
    ]);
    assert.equal(code, EXIT.no);
    const last = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { error: { code: string } };
    assert.equal(last.error.code, "policy_denied");
  });

  it("waits for the reviewer and then prints the answer", async () => {
    const asking = world.as("developer", ["ask", REVIEWED, "--model", "demo"]);
    const { approvalId, digest, version } = await newest();
    const shown = await world.as("reviewer", ["approvals", "show", approvalId]);
    assert.match(shown.stdout, /you {7}may decide/);
    assert.match(shown.stdout, /\[user\]\n.*\u00bb.+\u00ab/);
    const approved = await world.as("reviewer", [
      ...["approvals", "approve", approvalId, "--reason", "figures are public"],
      ...["--digest", digest, "--version", String(version), "--json"],
    ]);
    assert.equal(approved.code, EXIT.ok, approved.stderr);
    const { code, stdout, stderr } = await asking;
    assert.equal(code, EXIT.ok, stderr);
    assert.match(stdout, /^Q3 revenue was/);
    assert.match(stderr, /review approved\n {2}reviewer: approve \(figures are public\)/);
    assert.match(stderr, /decided again: allow/);
  });

  it("exits with 1 where the reviewer rejects, and says the reason", async () => {
    const asking = world.as("developer", ["ask", REVIEWED, "--model", "demo"]);
    const { approvalId } = await newest();
    const args = ["approvals", "reject", approvalId, "--reason", "not before Tuesday"];
    assert.equal((await world.as("reviewer", args)).code, EXIT.ok);
    const { code, stderr } = await asking;
    assert.equal(code, EXIT.no);
    assert.match(stderr, /not before Tuesday/);
  });

  it("lets who asked give a review up, and nobody else who may not", async () => {
    const asking = world.as("developer", ["ask", REVIEWED, "--model", "demo"]);
    const { approvalId } = await newest();
    const cancel = ["approvals", "cancel", approvalId, "--reason", "asked by mistake"];
    const other = await world.as("reviewer", cancel);
    assert.equal(other.code, EXIT.authentication);
    assert.match(other.stderr, /Only who asked, or an operator/);
    const own = await world.as("developer", cancel);
    assert.equal(own.code, EXIT.ok, own.stderr);
    assert.match(own.stderr, /is cancelled/);
    assert.notEqual((await asking).code, EXIT.ok);
  });

  it("exits with 1 for the vote that comes second", async () => {
    const asking = world.as("developer", ["ask", REVIEWED, "--model", "demo"]);
    const { approvalId } = await newest();
    const vote = (user: string) =>
      world.as(user, ["approvals", "reject", approvalId, "--reason", "no", "--json"]);
    const codes = (await Promise.all([vote("reviewer"), vote("second-reviewer")])).map(({ code }) => code);
    assert.deepEqual(codes.sort(), [EXIT.ok, EXIT.no]);
    await asking;
  });

  it("refuses a decision on another version than is there", async () => {
    const asking = world.as("developer", ["ask", REVIEWED, "--model", "demo"]);
    const { approvalId } = await newest();
    const stale = ["approvals", "approve", approvalId, "--reason", "yes", "--version", "99"];
    const { code, stderr } = await world.as("reviewer", stale);
    assert.equal(code, EXIT.no);
    assert.match(stderr, /next: read it again/);
    await world.as("reviewer", ["approvals", "reject", approvalId, "--reason", "no"]);
    await asking;
  });

  it("exits with 6 where people must decide and nobody waits", async () => {
    const { code, stderr } = await world.as("developer", ["ask", REVIEWED, "--model", "demo", "--no-wait"]);
    assert.equal(code, EXIT.pending);
    assert.match(stderr, /sluice approvals show [0-9a-f-]{36}/);
  });

  it("shows changes as they come, until it is interrupted", async () => {
    const stopping = new AbortController();
    const watching = world.as("reviewer", ["approvals", "watch", "--json"], {
      signal: stopping.signal,
      onOutput: () => stopping.abort(),
    });
    const { code, stdout } = await watching;
    assert.equal(code, EXIT.interrupted);
    assert.ok(["pending", "cancelled"].includes((JSON.parse(stdout.split("\n")[0] ?? "") as Approval).state));
  });

  it("cancels the session when it is interrupted", async () => {
    const stopping = new AbortController();
    const args = ["ask", "Draft the reply to the customer", "--model", "demo"];
    const { code } = await world.as("developer", args, {
      signal: stopping.signal,
      onOutput: () => stopping.abort(),
    });
    assert.equal(code, EXIT.interrupted);
    const { stdout } = await world.as("developer", ["sessions", "follow", "last", "--json"]);
    const last = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { ended: { outcome: string } };
    assert.equal(last.ended.outcome, "cancelled");
  });

  it("explains what the gateway would decide for the caller, and for somebody else to operators only", async () => {
    const explain = ["policy", "explain", "--model", "demo", "--prompt", "project alder"];
    const own = await world.as("developer", explain);
    assert.equal(own.code, EXIT.no);
    assert.match(own.stdout, /demo {2}DENY: "Codenames must not leave\."/);
    const other = [...explain, "--subject", "ann", "--groups", "finance"];
    assert.equal((await world.as("developer", other)).code, EXIT.authentication);
    assert.match((await world.as("operator", other)).stdout, /no-internal-codenames deny/);
  });
});
