import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, describe, it } from "node:test";
import { fetchDocument } from "../../src/identity/document-fetch.js";
import { LOOPBACK_CERTIFICATE, LOOPBACK_KEY } from "../support/loopback-certificate.js";

const LIMITS = { timeoutMs: 500, maxBytes: 1_000, ca: null };

describe("fetching a document of an issuer", () => {
  let server: Server | null = null;
  const serve = async (made: Server): Promise<string> => {
    server = made;
    await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
    return `127.0.0.1:${(made.address() as AddressInfo).port}`;
  };
  const plain = async (listener: RequestListener) => `http://${await serve(createServer(listener))}/`;
  afterEach(async () => {
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
  });

  it("trusts a host by the configured authority, and not without it", async () => {
    const tls = { cert: LOOPBACK_CERTIFICATE, key: LOOPBACK_KEY };
    const url = `https://${await serve(createTlsServer(tls, (_, response) => response.end('{"a":1}')))}/`;
    assert.deepEqual(await fetchDocument({ ...LIMITS, url, ca: LOOPBACK_CERTIFICATE }), {
      status: 200,
      body: { a: 1 },
    });
    await assert.rejects(fetchDocument({ ...LIMITS, url }), /self-signed certificate/);
  });

  it("posts a form, and returns the object of a refusal with its status", async () => {
    const url = await plain((request, response) => {
      let form = "";
      request.on("data", (chunk) => {
        form += chunk;
      });
      request.on("end", () => response.writeHead(400).end(JSON.stringify({ method: request.method, form })));
    });
    const answer = await fetchDocument({ ...LIMITS, url, form: { code: "a b&c", grant_type: "x" } });
    assert.deepEqual(answer, { status: 400, body: { method: "POST", form: "code=a+b%26c&grant_type=x" } });
  });

  it("gives up on an answer that drips, however regularly", async () => {
    const url = await plain((_, response) => {
      const drip = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(drip));
    });
    const begun = performance.now();
    await assert.rejects(fetchDocument({ ...LIMITS, url, timeoutMs: 150 }), /no answer within 150 ms/);
    assert.ok(performance.now() - begun < 1_000);
  });

  it("gives up on an answer that is cut off", async () => {
    const url = await plain((_, response) => {
      response.writeHead(200, { "content-length": "100" }).write('{"a":');
      setTimeout(() => response.destroy(), 10);
    });
    await assert.rejects(fetchDocument({ ...LIMITS, url }), /aborted|hang up|reset/);
  });

  for (const [name, body, message] of [
    ["too long", `{"a":"${"x".repeat(1_000)}"}`, /longer than 1000 bytes/],
    ["a list", "[1]", /not a JSON object/],
    ["no JSON, which is not quoted", "SECRET", /^Error: the answer is not JSON$/],
  ] as const) {
    it(`refuses an answer that is ${name}`, async () => {
      await assert.rejects(
        fetchDocument({ ...LIMITS, url: await plain((_, response) => void response.end(body)) }),
        message,
      );
    });
  }

  it("ends at once when its caller goes away", async () => {
    const url = await plain(() => undefined);
    await assert.rejects(fetchDocument({ ...LIMITS, url, signal: AbortSignal.timeout(20) }), /abort/i);
  });
});
