import assert from "node:assert/strict";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { describe, it } from "node:test";
import { createServer as createTlsServer, type SecureVersion } from "node:tls";
import { inspect } from "node:util";
import { SluiceError } from "../../src/domain/errors.js";
import type { HttpUpstreamOptions } from "../../src/upstreams/index.js";
import { httpUpstream } from "../support/http-upstream.js";
import { keepAlive } from "../support/keep-alive.js";
import { lineDialect } from "../support/line-dialect.js";
import { LOOPBACK_CERTIFICATE, LOOPBACK_KEY } from "../support/loopback-certificate.js";
import { chunk, startRawServer, streamHead } from "../support/raw-server.js";
import { type RecordedUpstream, startRecordedUpstream } from "../support/recorded-upstream.js";
import { allowedCall, openCall, runCall } from "../support/upstream-call.js";

keepAlive();

const SECRET = "sk-test-credential";

async function withServer(
  run: (server: RecordedUpstream) => Promise<void>,
  answer: Parameters<typeof startRecordedUpstream>[0] = () => ({ body: "t:hello\ndone\n" }),
): Promise<void> {
  const server = await startRecordedUpstream(answer);
  try {
    await run(server);
  } finally {
    await server.close();
  }
}

describe("what is sent to a model", () => {
  const credentials = [
    ["openai-chat", null, "authorization", `Bearer ${SECRET}`],
    ["openai-responses", "2024-10-21", "api-key", SECRET],
    ["anthropic-messages", null, "x-api-key", SECRET],
    ["gemini", null, "x-goog-api-key", SECRET],
    ["ollama", null, "authorization", `Bearer ${SECRET}`],
  ] as const;
  for (const [dialect, apiVersion, header, value] of credentials) {
    it(`holds the credential as ${header} for ${dialect}, once`, () =>
      withServer(
        async (server) => {
          const upstream = httpUpstream(server.url, { dialect: lineDialect(dialect), apiVersion });
          assert.equal((await runCall(upstream, allowedCall())).error, null);
          const sent = server.requests[0]?.headers ?? {};
          assert.equal(sent[header], value);
          const holders = Object.keys(sent).filter((name) => String(sent[name]).includes(SECRET));
          assert.deepEqual(holders, [header]);
          await upstream.close();
        },
        () => ({
          body: "t:hello\ndone\n",
          headers: { "content-type": dialect === "ollama" ? "application/x-ndjson" : "text/event-stream" },
        }),
      ));
  }

  it("asks for no compression, names its own headers and the caller's trace", () =>
    withServer(async (server) => {
      const upstream = httpUpstream(server.url, { headers: { "X-Team": "blue", "x-dialect": "mine" } });
      const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
      await runCall(upstream, { ...allowedCall({ maxTokens: 7 }), traceparent });
      const [request] = server.requests;
      assert.equal(request?.method, "POST");
      assert.equal(request?.path, "/v1/lines");
      assert.equal(request?.headers["accept-encoding"], "identity");
      assert.equal(request?.headers["x-team"], "blue");
      assert.equal(request?.headers["x-dialect"], "mine");
      assert.equal(request?.headers["traceparent"], traceparent);
      assert.deepEqual(JSON.parse(request?.body ?? ""), { model: "some-model", max: 7, stream: true });
      await upstream.close();
    }));

  it("names the model as the upstream knows it", () =>
    withServer(async (server) => {
      const upstream = httpUpstream(server.url, { upstreamModel: (model) => `vendor/${model}` });
      await runCall(upstream, allowedCall({ model: "small" }));
      assert.equal(JSON.parse(server.requests[0]?.body ?? "").model, "vendor/small");
      await upstream.close();
    }));

  it("holds a rotated credential from the next call on, and none where it is empty", () =>
    withServer(async (server) => {
      let credential = "first\n";
      const upstream = httpUpstream(server.url, { credential: async () => credential });
      await runCall(upstream, allowedCall());
      credential = "second";
      await runCall(upstream, allowedCall());
      credential = "";
      await runCall(upstream, allowedCall());
      const sent = server.requests.map((request) => request.headers.authorization);
      assert.deepEqual(sent, ["Bearer first", "Bearer second", undefined]);
      await upstream.close();
    }));

  it("never leaves the base path that the configuration names", () =>
    withServer(async (server) => {
      for (const path of ["/../admin", "//evil.example/x", "lines", "/a#b", "/%2e%2e/admin"]) {
        const dialect = { ...lineDialect(), build: () => ({ path, body: "{}", headers: {} }) };
        const upstream = httpUpstream(server.url, { dialect });
        const { error } = await runCall(upstream, allowedCall());
        if (error !== null) assert.equal(error.code, "internal");
        await upstream.close();
      }
      assert.ok(server.requests.every((request) => request.path.startsWith("/v1/")));
    }));
});

describe("a credential", () => {
  const faults: readonly (readonly [string, HttpUpstreamOptions["credential"]])[] = [
    [
      "cannot be read",
      () => {
        throw new Error(`no such file: ${SECRET}`);
      },
    ],
    ["is rejected", () => Promise.reject(new Error(SECRET))],
    ["holds a line break", () => `${SECRET}\r\nx-evil: 1`],
    ["holds what no header can", () => `${SECRET}\u{1f511}`],
  ];
  for (const [what, credential] of faults) {
    it(`that ${what} fails the call before a connection is made, and is not named`, () =>
      withServer(async (server) => {
        const upstream = httpUpstream(server.url, { credential });
        const { error, news } = await runCall(upstream, allowedCall());
        assert.equal(error?.code, "upstream_unavailable");
        assert.deepEqual(news, ["failed"]);
        assert.ok(!inspect(error, { depth: 10, showHidden: true }).includes(SECRET));
        assert.equal(server.accepted(), 0);
        await upstream.close();
      }));
  }

  it("stands in no error, whatever goes wrong", async () => {
    const peers: ((socket: Socket, head: string) => void)[] = [
      (socket, head) => socket.end(`HTTP/1.1 401 No\r\ncontent-length: ${head.length}\r\n\r\n${head}`),
      (socket, head) => socket.end(head),
      (socket, head) => socket.end(streamHead() + chunk(head)),
      (socket) => socket.resetAndDestroy(),
    ];
    for (const peer of peers) {
      const server = await startRawServer(peer);
      const upstream = httpUpstream(server.url);
      const { error } = await runCall(upstream, allowedCall());
      assert.ok(error instanceof SluiceError);
      assert.ok(!inspect(error, { depth: 10, showHidden: true }).includes(SECRET), inspect(error));
      await upstream.close();
      await server.close();
    }
  });
});

describe("a connection", { timeout: 30_000 }, () => {
  it("serves one call after another and is closed with the upstream", () =>
    withServer(async (server) => {
      const upstream = httpUpstream(server.url);
      for (let round = 0; round < 5; round++) {
        const call = openCall(upstream, allowedCall());
        assert.equal((await call.over).text, "hello");
        await call.stream.closed;
      }
      assert.equal(server.accepted(), 1);
      await upstream.close();
      await server.whenClosed();
    }));

  it("that the peer closed while it waited is not used again", async () => {
    let peer: Socket | null = null;
    const server = await startRawServer((socket) => {
      peer = socket;
      socket.write(`${streamHead()}${chunk("t:hello\ndone\n")}0\r\n\r\n`);
    });
    const upstream = httpUpstream(server.url);
    assert.equal((await runCall(upstream, allowedCall())).error, null);
    (peer as Socket | null)?.destroy();
    await server.allClosedWithin(1_000);
    assert.equal((await runCall(upstream, allowedCall())).error, null);
    assert.equal(server.accepted(), 2);
    await upstream.close();
    await server.close();
  });

  it("that brings an answer nobody asked for gives it to nobody", async () => {
    const answer = `${streamHead()}${chunk("t:mine\ndone\n")}0\r\n\r\n`;
    const forged = answer.replace("mine", "evil");
    let asked = 0;
    const server = await startRawServer((socket) => {
      asked++;
      socket.write(asked === 1 ? answer + forged : answer);
    });
    const upstream = httpUpstream(server.url);
    for (let round = 0; round < 3; round++) {
      const outcome = await runCall(upstream, allowedCall());
      assert.equal(outcome.text, "mine");
      await new Promise((resolve) => setTimeout(resolve, round));
    }
    await upstream.close();
    await server.close();
  });

  it("is refused once and tried once more", async () => {
    const free = await startRawServer(() => undefined);
    await free.close();
    const upstream = httpUpstream(free.url);
    const refused = await runCall(upstream, allowedCall());
    assert.equal(refused.error?.code, "upstream_unavailable");
    assert.equal(refused.error?.details.upstreamCode, "ECONNREFUSED");
    assert.deepEqual(refused.news, ["failed"]);
    assert.equal(upstream.status().lastErrorCode, "upstream_unavailable");
    const call = openCall(upstream, allowedCall());
    await new Promise((resolve) => setTimeout(resolve, 20));
    const server = await startRawServer(
      (socket) => socket.write(`${streamHead()}${chunk("t:late\ndone\n")}0\r\n\r\n`),
      free.port,
    );
    assert.equal((await call.over).text, "late");
    await upstream.close();
    await server.close();
  });

  it("is closed on the server's side within a second of an abort, in every state", async () => {
    const states: readonly (readonly [string, (socket: Socket) => void])[] = [
      ["before headers", () => undefined],
      ["after headers", (socket) => socket.write(streamHead())],
      ["in the middle of text", (socket) => socket.write(streamHead() + chunk("t:one\n"))],
      ["in an error body", (socket) => socket.write(streamHead({}, "500 No") + chunk("x"))],
      [
        "between the end and the end of the body",
        (socket) => socket.write(streamHead() + chunk("t:a\ndone\n")),
      ],
    ];
    for (const [state, peer] of states) {
      const server = await startRawServer(peer);
      const upstream = httpUpstream(server.url);
      const call = openCall(upstream, allowedCall());
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal(server.open(), 1, state);
      call.stream.abort();
      await server.allClosedWithin(1_000);
      await call.stream.closed;
      await upstream.close();
      await server.close();
    }
  });

  it("that is being made is given up at its deadline, or at once by an abort", async () => {
    const mute = await startRawServer(() => undefined);
    const timeouts = { connectMs: 200, firstTokenMs: 2_000, progressMs: 2_000, totalMs: 5_000 };
    const upstream = httpUpstream(mute.url.replace("http:", "https:"), { timeouts });
    const late = await runCall(upstream, allowedCall());
    assert.equal(late.error?.code, "upstream_unavailable");
    assert.equal(late.error?.details.upstreamCode, "CONNECT_TIMEOUT");
    await mute.allClosedWithin(1_000);
    const call = openCall(upstream, allowedCall());
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(mute.open(), 1);
    call.stream.abort();
    await mute.allClosedWithin(100);
    await upstream.close();
    await mute.close();
  });
});

describe("TLS and proxies", { timeout: 30_000 }, () => {
  it("believes a certificate of the given authority and no other", async () => {
    const server = await startTlsServer();
    const trusted = httpUpstream(server.url, { ca: LOOPBACK_CERTIFICATE });
    assert.equal((await runCall(trusted, allowedCall())).text, "hello");
    const distrusting = httpUpstream(server.url);
    const { error } = await runCall(distrusting, allowedCall());
    assert.equal(error?.code, "upstream_unavailable");
    assert.equal(error?.details.upstreamCode, "DEPTH_ZERO_SELF_SIGNED_CERT");
    const byAddress = httpUpstream(server.url.replace("localhost", "127.0.0.1"), {
      ca: LOOPBACK_CERTIFICATE,
    });
    assert.equal((await runCall(byAddress, allowedCall())).text, "hello");
    await Promise.all([trusted.close(), distrusting.close(), byAddress.close()]);
    await server.close();
  });

  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    it(`distrusts a certificate for another name at the second attempt too (${version})`, async () => {
      const server = await startTlsServer(version);
      const misnamed = httpUpstream(server.url.replace("localhost", "127.0.0.2"), {
        ca: LOOPBACK_CERTIFICATE,
      });
      for (let attempt = 0; attempt < 3; attempt++) {
        const { error } = await runCall(misnamed, allowedCall());
        assert.equal(error?.details.upstreamCode, "ERR_TLS_CERT_ALTNAME_INVALID");
      }
      await misnamed.close();
      await server.close();
    });
  }

  it("goes through a proxy's tunnel for https, with the proxy's credential and none of the model's", async () => {
    const server = await startTlsServer();
    const proxy = await startProxy();
    const upstream = httpUpstream(server.url, {
      ca: LOOPBACK_CERTIFICATE,
      proxy: `http://user:p%40ss@127.0.0.1:${proxy.port}`,
    });
    assert.equal((await runCall(upstream, allowedCall())).text, "hello");
    assert.equal(proxy.seen.length, 1);
    const credential = Buffer.from("user:p@ss").toString("base64");
    assert.match(
      proxy.seen[0] ?? "",
      new RegExp(`^CONNECT ${new URL(server.url).host} .*Basic ${credential}$`),
    );
    assert.ok(!proxy.seen.join().includes(SECRET));
    await upstream.close();
    await proxy.close();
    await server.close();
  });

  it("asks a proxy in absolute form for http", async () => {
    const proxy = await startRecordedUpstream(() => ({ body: "t:by proxy\ndone\n" }));
    const upstream = httpUpstream("http://model.invalid/v1", { proxy: `http://127.0.0.1:${proxy.port}` });
    assert.equal((await runCall(upstream, allowedCall())).text, "by proxy");
    assert.equal(proxy.requests[0]?.path, "http://model.invalid/v1/lines");
    assert.equal(proxy.requests[0]?.headers.host, "model.invalid");
    await upstream.close();
    await proxy.close();
  });

  it("is unavailable through a proxy that refuses", async () => {
    const proxy = await startRawServer((socket) =>
      socket.end("HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n"),
    );
    const upstream = httpUpstream("https://model.invalid", { proxy: proxy.url });
    const { error } = await runCall(upstream, allowedCall());
    assert.equal(error?.details.upstreamCode, "PROXY_REFUSED");
    await upstream.close();
    await proxy.close();
  });
});

describe("a connection's configuration", () => {
  const faults: readonly (readonly [string, Partial<HttpUpstreamOptions>, string])[] = [
    ["a URL that is none", { url: "api.example.com" }, "url"],
    ["another scheme", { url: "ftp://example.com" }, "url"],
    ["a credential in the URL", { url: "https://user:pw@example.com" }, "url"],
    ["a query in the URL", { url: "https://example.com/v1?key=1" }, "url"],
    ["a header name that is none", { headers: { "x y": "1" } }, "headers.x y"],
    ["a header value over two lines", { headers: { "x-a": "1\r\nx-b: 2" } }, "headers.x-a"],
    [
      "a header that decides how the answer is read",
      { headers: { "Accept-Encoding": "gzip" } },
      "headers.Accept-Encoding",
    ],
    ["a proxy that is none", { proxy: "socks://example.com" }, "proxy"],
  ];
  for (const [what, options, field] of faults) {
    it(`refuses ${what} by name`, () => {
      assert.throws(
        () => httpUpstream("https://example.com", options),
        (error) =>
          error instanceof SluiceError && error.code === "invalid_config" && error.details.field === field,
      );
    });
  }
});

interface TestServer {
  readonly url: string;
  close(): Promise<void>;
}

async function startTlsServer(maxVersion: SecureVersion = "TLSv1.3"): Promise<TestServer> {
  const sockets = new Set<Socket>();
  const server = createTlsServer({ key: LOOPBACK_KEY, cert: LOOPBACK_CERTIFICATE, maxVersion }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("data", () => socket.write(`${streamHead()}${chunk("t:hello\ndone\n")}0\r\n\r\n`));
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function startProxy(): Promise<{ port: number; seen: string[]; close(): Promise<void> }> {
  const seen: string[] = [];
  const server = createHttpServer((_request, response) => response.writeHead(405).end());
  server.on("connect", (request, client: Socket, head: Buffer) => {
    seen.push(`CONNECT ${request.url} ${request.headers["proxy-authorization"]}`);
    const target = new URL(`http://${request.url}`);
    const socket = connect(Number(target.port), target.hostname, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.write(head);
      socket.pipe(client).pipe(socket);
    });
    for (const end of [client, socket]) end.on("error", () => [client, socket].map((each) => each.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
