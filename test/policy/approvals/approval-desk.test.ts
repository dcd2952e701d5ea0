import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type ErrorCode, SluiceError } from "../../../src/domain/errors.js";
import type { Approval } from "../../../src/policy/approvals/approval.js";
import { KeyRing } from "../../../src/sealing/key-ring.js";
import { SealedFiles } from "../../../src/sealing/sealed-files.js";
import { principal } from "../world.js";
import {
  ann,
  HandClock,
  MapStore,
  openDesk,
  raul,
  reviewRequest,
  reviewSpec,
  rita,
  room,
} from "./waiting-room.js";

function code(expected: ErrorCode, message?: RegExp): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.ok(thrown instanceof SluiceError, String(thrown));
    assert.equal(thrown.code, expected, thrown.message);
    if (message !== undefined) assert.match(thrown.message, message);
    return true;
  };
}

const approve = (approval: Approval) => ({
  verdict: "approve" as const,
  reason: "fine",
  expectedVersion: approval.version,
  digest: approval.digest,
});
const reject = (approval: Approval) => ({ ...approve(approval), verdict: "reject" as const, reason: "no" });

test("a request waits, is approved, and its grant is used once", async () => {
  const { desk, store } = await room();
  const { approval, joined } = await desk.request(reviewRequest());
  assert.equal(joined, false);
  assert.equal(approval.state, "pending");
  assert.equal(desk.grant(approval.id), null);
  const approved = await desk.vote(approval.id, rita, approve(approval));
  assert.equal(approved.state, "approved");
  const grant = desk.grant(approval.id);
  assert.ok(grant !== null);
  assert.equal(Buffer.from(await desk.requestForRelease(grant)).toString(), "the whole prompt");
  assert.equal((await desk.consume(approval.id)).state, "consumed");
  await assert.rejects(desk.consume(approval.id), code("conflict", /has been used/));
  assert.equal(desk.grant(approval.id), null);
  assert.equal(store.items.size, 0);
});

test("one rejection settles it, and the request is gone", async () => {
  const { desk, store } = await room();
  const { approval } = await desk.request(reviewRequest({ spec: reviewSpec({ approvals: 2 }) }));
  assert.equal((await desk.vote(approval.id, rita, reject(approval))).state, "rejected");
  assert.equal(store.items.size, 0);
  await assert.rejects(desk.consume(approval.id), code("approval_rejected"));
  await assert.rejects(desk.readRequest(approval.id, rita), code("not_found"));
});

test("nobody reviews their own request, in the reviewers' group or not", async () => {
  const { desk } = await room();
  const asker = principal({ groups: ["finance", "compliance"] });
  const { approval } = await desk.request(reviewRequest({ principal: asker }));
  await assert.rejects(
    desk.vote(approval.id, asker, approve(approval)),
    code("permission_denied", /own request/),
  );
});

test("two approvals need two people", async () => {
  const { desk } = await room();
  const { approval } = await desk.request(reviewRequest({ spec: reviewSpec({ approvals: 2 }) }));
  const once = await desk.vote(approval.id, rita, approve(approval));
  assert.equal(once.state, "pending");
  await assert.rejects(desk.vote(approval.id, rita, approve(once)), code("conflict", /voted already/));
  assert.equal((await desk.vote(approval.id, raul, approve(once))).state, "approved");
});

test("each rule's reviewers must approve; one group cannot stand in for the other", async () => {
  const { desk } = await room();
  const requirements = [
    { policy: "a", rule: "r", reviewers: ["compliance"], approvals: 1 },
    { policy: "b", rule: "r", reviewers: ["legal"], approvals: 1 },
  ];
  const spec = reviewSpec({ reviewers: ["compliance", "legal"], requirements });
  const { approval } = await desk.request(reviewRequest({ spec }));
  const first = await desk.vote(approval.id, rita, approve(approval));
  const second = await desk.vote(approval.id, raul, approve(first));
  assert.equal(second.state, "pending");
  const lea = principal({ subject: "lea", groups: ["legal"] });
  assert.equal((await desk.vote(approval.id, lea, approve(second))).state, "approved");
});

test("a vote on a version or digest that is not the present one is a conflict that says who was first", async () => {
  const { desk } = await room();
  const { approval } = await desk.request(reviewRequest({ spec: reviewSpec({ approvals: 2 }) }));
  await desk.vote(approval.id, rita, approve(approval));
  await assert.rejects(
    desk.vote(approval.id, raul, approve(approval)),
    code("conflict", /version 1 by rita at 20/),
  );
  const now = desk.get(approval.id, raul);
  await assert.rejects(
    desk.vote(approval.id, raul, { ...approve(now), digest: "other" }),
    code("conflict", /digest/),
  );
});

test("who may not know of it gets not_found; who may look but not decide is told why", async () => {
  const { desk } = await room();
  const { approval } = await desk.request(reviewRequest());
  const outsider = principal({ subject: "olaf", groups: ["sales"], team: "sales" });
  const auditor = principal({ subject: "aud", groups: [], roles: ["caller", "auditor"] });
  const otherAuditor = principal({ subject: "aud2", groups: [], roles: ["auditor"], team: "sales" });
  for (const viewer of [outsider, otherAuditor]) {
    assert.throws(() => desk.get(approval.id, viewer), code("not_found"));
    assert.deepEqual(desk.list(viewer), []);
    await assert.rejects(desk.vote(approval.id, viewer, approve(approval)), code("not_found"));
    await assert.rejects(desk.cancel(approval.id, viewer, "x"), code("not_found"));
  }
  assert.equal(desk.list(auditor).length, 1);
  await assert.rejects(
    desk.vote(approval.id, auditor, approve(approval)),
    code("permission_denied", /Only members of compliance/),
  );
  await assert.rejects(desk.readRequest(approval.id, auditor), code("permission_denied"));
  assert.equal(Buffer.from(await desk.readRequest(approval.id, rita)).toString(), "the whole prompt");
  assert.equal(Buffer.from(await desk.readRequest(approval.id, ann)).toString(), "the whole prompt");
});

test("an identical request joins while pending and while granted, and no longer once it is used", async () => {
  const { desk } = await room();
  const first = await desk.request(reviewRequest());
  const second = await desk.request(reviewRequest({ session: "other" }));
  assert.deepEqual([second.joined, second.approval.id], [true, first.approval.id]);
  await desk.vote(first.approval.id, rita, approve(first.approval));
  assert.equal((await desk.request(reviewRequest())).joined, true);
  await desk.consume(first.approval.id);
  assert.equal((await desk.request(reviewRequest())).joined, false);
  assert.equal((await desk.request(reviewRequest({ digest: "d2" }))).joined, false);
  assert.equal(
    (await desk.request(reviewRequest({ principal: principal({ subject: "bob" }) }))).joined,
    false,
  );
  const stricter = reviewSpec({ approvals: 2 });
  assert.equal((await desk.request(reviewRequest({ spec: stricter }))).joined, false);
});

test("of identical requests at the same moment one is new", async () => {
  const { desk } = await room();
  const answers = await Promise.all(Array.from({ length: 20 }, () => desk.request(reviewRequest())));
  assert.equal(answers.filter(({ joined }) => !joined).length, 1);
  assert.equal(new Set(answers.map(({ approval }) => approval.id)).size, 1);
});

test("what nobody decides expires, and the sealed request is gone", async () => {
  const { desk, clock, store } = await room();
  const { approval } = await desk.request(reviewRequest());
  const settled = new Promise<Approval>((resolve) => desk.onSettled(approval.id, resolve));
  clock.advance(1_800_000);
  assert.equal((await settled).state, "expired");
  assert.equal(store.items.size, 0);
  await assert.rejects(desk.vote(approval.id, rita, approve(approval)), code("approval_expired"));
});

test("a grant that nobody uses expires", async () => {
  const { desk, clock } = await room({ grantMs: 60_000 });
  const { approval } = await desk.request(reviewRequest());
  await desk.vote(approval.id, rita, approve(approval));
  clock.advance(59_999);
  assert.ok(desk.grant(approval.id) !== null);
  clock.advance(1);
  assert.equal(desk.grant(approval.id), null);
  await assert.rejects(desk.consume(approval.id), code("approval_expired"));
});

test("a wall clock that is set back gives nobody more time, one set forward expires", async () => {
  const { desk, clock } = await room();
  const { approval } = await desk.request(reviewRequest());
  clock.advance(1_799_999);
  clock.wallMs -= 3_600_000;
  clock.monoMs += 1;
  await assert.rejects(desk.vote(approval.id, rita, approve(approval)), code("approval_expired"));
  const other = await desk.request(reviewRequest({ digest: "d2" }));
  clock.wallMs += 1_800_000;
  await assert.rejects(desk.vote(other.approval.id, rita, approve(other.approval)), code("approval_expired"));
});

test("who asked may cancel, and an operator; another reviewer may not", async () => {
  const { desk } = await room();
  const one = await desk.request(reviewRequest());
  await assert.rejects(desk.cancel(one.approval.id, rita, "no"), code("permission_denied"));
  assert.equal((await desk.cancel(one.approval.id, ann, "gave up")).state, "cancelled");
  const two = await desk.request(reviewRequest());
  const operator = principal({ subject: "op", groups: [], roles: ["operator"] });
  const cancelled = await desk.cancel(two.approval.id, operator, "maintenance");
  assert.equal(cancelled.note, "op: maintenance");
  await assert.rejects(
    desk.vote(two.approval.id, rita, approve(two.approval)),
    code("conflict", /cancelled/),
  );
});

test("a voided grant cannot be used", async () => {
  const { desk } = await room();
  const { approval } = await desk.request(reviewRequest());
  await desk.vote(approval.id, rita, approve(approval));
  assert.equal((await desk.void(approval.id, "the policy now denies it")).state, "voided");
  assert.equal(desk.grant(approval.id), null);
  await assert.rejects(desk.consume(approval.id), code("conflict", /voided/));
});

test("a vote that cannot be written has not happened", async () => {
  const { desk, store } = await room();
  const { approval } = await desk.request(reviewRequest());
  store.failing = true;
  await assert.rejects(desk.vote(approval.id, rita, approve(approval)));
  assert.equal(desk.get(approval.id, rita).state, "pending");
  store.failing = false;
  assert.equal((await desk.vote(approval.id, rita, approve(approval))).state, "approved");
});

test("an expiry that cannot be written is reported, tried again, and gives no more time", async () => {
  const { desk, store, clock, problems } = await room();
  const { approval } = await desk.request(reviewRequest());
  const settled = new Promise<Approval>((resolve) => desk.onSettled(approval.id, resolve));
  store.failing = true;
  clock.advance(1_800_000);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(problems.length, 1);
  store.failing = false;
  await new Promise((resolve) => setTimeout(resolve, 5));
  clock.advance(1000);
  assert.equal((await settled).state, "expired");
});

test("a reason is needed, short, and free of control characters", async () => {
  const { desk } = await room();
  const { approval } = await desk.request(reviewRequest());
  for (const reason of ["", "  ", "x".repeat(1001), "a\u001b[2Jb", "a\u202eb"]) {
    await assert.rejects(
      desk.vote(approval.id, rita, { ...approve(approval), reason }),
      code("invalid_request"),
    );
  }
});

test("open approvals are bounded, for one requester and in all", async () => {
  const { desk } = await room({ maxOpen: 3, maxOpenPerRequester: 2 });
  await desk.request(reviewRequest({ digest: "1" }));
  await desk.request(reviewRequest({ digest: "2" }));
  await assert.rejects(desk.request(reviewRequest({ digest: "3" })), code("overloaded", /You have 2/));
  await desk.request(reviewRequest({ digest: "3", principal: principal({ subject: "bob" }) }));
  await assert.rejects(
    desk.request(reviewRequest({ digest: "4", principal: principal({ subject: "cy" }) })),
    code("overloaded"),
  );
});

test("a watcher gets what is open, then each change; a slow one gets the last state of each", async () => {
  const { desk } = await room();
  const stop = new AbortController();
  const one = await desk.request(reviewRequest());
  const feed = desk.watch(rita, stop.signal);
  const outsider = desk.watch(principal({ subject: "olaf", groups: [], team: "x" }), stop.signal);
  assert.equal((await feed.next()).value?.state, "pending");
  const two = await desk.request(reviewRequest({ digest: "d2" }));
  await desk.vote(two.approval.id, rita, approve(two.approval));
  await desk.vote(one.approval.id, rita, reject(one.approval));
  const seen = [(await feed.next()).value, (await feed.next()).value];
  assert.deepEqual(
    seen.map((each) => [each?.id, each?.state]),
    [
      [two.approval.id, "approved"],
      [one.approval.id, "rejected"],
    ],
  );
  const waiting = feed.next();
  stop.abort();
  assert.equal((await waiting).done, true);
  assert.equal((await outsider.next()).done, true);
});

test("what is pending survives a restart, sealed; what expired meanwhile expires", async () => {
  const dir = await mkdtemp(join(tmpdir(), "sluice-approvals-"));
  try {
    const ring = await KeyRing.open({ dir: join(dir, "keys") });
    const open = () => SealedFiles.open({ dir: join(dir, "approvals"), ring });
    const clock = new HandClock();
    const before = await openDesk({ store: await open(), clock });
    const { approval } = await before.request(reviewRequest({ spec: reviewSpec({ approvals: 2 }) }));
    await before.vote(approval.id, rita, approve(approval));
    const short = await before.request(
      reviewRequest({ digest: "d2", spec: reviewSpec({ expiresMs: 1000 }) }),
    );
    before.close();
    const files = await readdir(join(dir, "approvals"));
    assert.equal(files.length, 4);
    for (const file of files) {
      const bytes = await readFile(join(dir, "approvals", file), "latin1");
      assert.ok(!bytes.includes("prompt") && !bytes.includes("finance"));
    }
    clock.advance(5000);
    const after = await openDesk({ store: await open(), clock });
    assert.equal(after.get(short.approval.id, rita).state, "expired");
    const again = after.get(approval.id, raul);
    assert.deepEqual([again.state, again.votes.length, again.version], ["pending", 1, 2]);
    await after.vote(approval.id, raul, approve(again));
    await after.consume(approval.id);
    assert.deepEqual(await readdir(join(dir, "approvals")), []);
    after.close();
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

test("an approval that cannot be read is reported, and a request without its approval is removed", async () => {
  const store = new MapStore();
  store.items.set("a1", Buffer.from("{}"));
  store.items.set("b2-request", Buffer.from("prompt"));
  const problems: SluiceError[] = [];
  await openDesk({ store, onProblem: (error) => problems.push(error) });
  assert.equal(problems.length, 1);
  assert.deepEqual([...store.items.keys()], ["a1"]);
});
