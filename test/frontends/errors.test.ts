import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { problemOf } from "../../src/dialects/problem.js";
import { ERROR_CODES, type ErrorCode } from "../../src/domain/errors.js";
import { statusOf as grpcStatusOf } from "../../src/frontends/grpc/errors.js";

const httpStatusOf = (code: ErrorCode) => problemOf(code, {}).status;

const rows = new Map(
  readFileSync("docs/errors.md", "utf8")
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .filter((cells) => /^`[a-z_]+`$/.test(cells[1] ?? ""))
    .map((cells) => [cells[1]?.replaceAll("`", "") ?? "", cells] as const),
);

test("docs/errors.md has every code, with the statuses that it is sent with and what to do", () => {
  assert.deepEqual([...rows.keys()].sort(), [...ERROR_CODES].sort());
  for (const code of ERROR_CODES) {
    const cells = rows.get(code) ?? [];
    assert.equal(cells[2], String(httpStatusOf(code)), code);
    assert.equal(cells[3], status[grpcStatusOf(code)], code);
    assert.ok((cells[5] ?? "").length > 5, code);
  }
});

test("no denial has a status that a client sends again", () => {
  for (const code of [
    "policy_denied",
    "approval_rejected",
    "permission_denied",
    "invalid_request",
  ] as const) {
    assert.equal(problemOf(code, {}).retry, false);
    assert.ok([400, 403].includes(httpStatusOf(code)));
    assert.notEqual(grpcStatusOf(code), status.UNAVAILABLE);
  }
});
