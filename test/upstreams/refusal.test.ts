import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { upstreamDialects } from "../../src/dialects/index.js";
import { httpUpstream } from "../support/http-upstream.js";
import { startRecordedUpstream } from "../support/recorded-upstream.js";
import { simpleRequest } from "../support/simple-request.js";
import { allowedCall, type Outcome, runCall } from "../support/upstream-call.js";

/** Text that a careless provider puts into its error: the prompt, and the key that was sent. */
const LEAK = "prompt: my card is 4111 1111 1111 1111, key sk-test-credential";

async function refused(
  dialect: string,
  answer: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body: string;
  },
): Promise<Outcome> {
  const found = [...upstreamDialects.values()].find(({ name }) => name === dialect);
  assert.ok(found !== undefined);
  const type = { "content-type": "application/json" };
  const server = await startRecordedUpstream(() => ({ ...answer, headers: { ...type, ...answer.headers } }));
  const upstream = httpUpstream(server.url, { dialect: found });
  const outcome = await runCall(upstream, allowedCall({ request: simpleRequest(found.name) }));
  await upstream.close();
  await server.close();
  return outcome;
}

for (const dialect of [...upstreamDialects.keys()]) {
  describe(`a refusal in ${dialect}`, () => {
    const body = JSON.stringify({
      type: "error",
      error: { message: LEAK, type: "invalid_request_error", code: "bad" },
    });
    const cases = [
      [400, "upstream_rejected"],
      [401, "upstream_rejected"],
      [403, "upstream_rejected"],
      [404, "upstream_rejected"],
      [500, "upstream_unavailable"],
      [503, "upstream_unavailable"],
    ] as const;
    for (const [status, code] of cases) {
      it(`with status ${status} is ${code}, without its text`, async () => {
        const { error, news } = await refused(dialect, { status, body });
        assert.equal(error?.code, code);
        assert.equal(error?.details.upstreamStatus, status);
        assert.deepEqual(news, ["opened", "failed"]);
        const shown = inspect(error, { depth: 10, showHidden: true });
        assert.ok(!shown.includes("4111") && !shown.includes("sk-test"), shown);
      });
    }

    it("with status 429 says when to come back", async () => {
      const { error } = await refused(dialect, { status: 429, headers: { "retry-after": "7" }, body });
      assert.equal(error?.details.upstreamStatus, 429);
      assert.equal(error?.details.retryAfterMs, 7_000);
    });

    it("is mapped though its body is no JSON, empty or enormous", async () => {
      for (const text of ["<html>", "", "{".repeat(1_000_000)]) {
        const { error } = await refused(dialect, { status: 502, body: text });
        assert.equal(error?.details.upstreamStatus, 502);
      }
    });
  });
}
