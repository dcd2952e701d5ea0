import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import type { HttpUpstreamOptions } from "../../src/upstreams/index.js";
import { httpUpstream } from "../support/http-upstream.js";
import { chunk, type RawServer, startRawServer, streamHead } from "../support/raw-server.js";
import { allowedCall, type Outcome, openCall, runCall } from "../support/upstream-call.js";

const SHORT = { connectMs: 300, firstTokenMs: 300, progressMs: 300, totalMs: 5_000 };

/** Runs one call against a peer that misbehaves; its socket must be closed within a second of the end. */
async function against(
  peer: (socket: Socket, head: string) => void,
  options: Partial<HttpUpstreamOptions> = {},
  stream = true,
): Promise<Outcome & { readonly server: RawServer; readonly tookMs: number }> {
  const server = await startRawServer(peer);
  const upstream = httpUpstream(server.url, options);
  const startedAtMs = performance.now();
  try {
    const outcome = await runCall(upstream, allowedCall({ stream }));
    const tookMs = performance.now() - startedAtMs;
    if (outcome.error !== null) await server.allClosedWithin(1_000);
    return { ...outcome, server, tookMs };
  } finally {
    await upstream.close();
    await server.close();
  }
}

/** Writes `text` again and again for as long as anybody reads. */
function forEver(socket: Socket, text: string, everyMs: number): void {
  const timer = setInterval(() => socket.write(text), everyMs);
  socket.on("close", () => clearInterval(timer));
}

describe("an answer that breaks the rules of a stream", { timeout: 60_000, concurrency: 4 }, () => {
  const broken: readonly (readonly [string, (socket: Socket) => void, RegExp])[] = [
    [
      "an event that never ends",
      (socket) => socket.write(streamHead() + chunk(`t:${"x".repeat(70_000)}`)),
      /too long/,
    ],
    [
      "an end without a terminator",
      (socket) => socket.end(`${streamHead() + chunk("t:one\n")}0\r\n\r\n`),
      /ended before it was finished/,
    ],
    [
      "an end by closing, without a terminator",
      (socket) => socket.end(`HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nt:one\n`),
      /ended before it was finished/,
    ],
    [
      "text after its end",
      (socket) => socket.write(streamHead() + chunk("t:one\ndone\n") + chunk("t:two\n")),
      /went on after its end/,
    ],
    [
      "text after its end, a moment later",
      (socket) => {
        socket.write(streamHead() + chunk("t:one\ndone\n"));
        setTimeout(() => socket.write(chunk("t:two\n")), 50);
      },
      /went on after its end/,
    ],
    [
      "a failure that it reports itself",
      (socket) => socket.write(streamHead() + chunk("t:one\nfail\n")),
      /said so/,
    ],
    [
      "JSON under 200",
      (socket) => socket.end(`${streamHead({ "content-type": "application/json" }) + chunk("{}")}0\r\n\r\n`),
      /something else/,
    ],
    [
      "a page of a captive portal",
      (socket) => socket.end(`${streamHead({ "content-type": "text/html" }) + chunk("<html>")}0\r\n\r\n`),
      /something else/,
    ],
    ["status 204", (socket) => socket.end("HTTP/1.1 204 No Content\r\n\r\n"), /status 204/],
    [
      "a coding that was not asked for",
      (socket) => {
        const body = gzipSync("t:one\ndone\n");
        socket.write(`HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n`);
        socket.write(`content-length: ${body.length}\r\n\r\n`);
        socket.end(body);
      },
      /content encoding/,
    ],
    [
      "a chunk size that is none",
      (socket) => socket.write(`${streamHead() + chunk("t:one\n")}zz\r\nt:two\n\r\n`),
      /broke in the middle/,
    ],
    [
      "less than its length",
      (socket) =>
        socket.end(
          "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 100\r\n\r\nt:one\ndo",
        ),
      /broke in the middle/,
    ],
  ];
  for (const [what, peer, message] of broken) {
    it(`reports ${what} as broken`, async () => {
      const { error, news } = await against(peer);
      assert.equal(error?.code, "upstream_broken");
      assert.match(error?.message ?? "", message);
      assert.equal(news.at(-1), "failed");
    });
  }

  it("reports an endless answer as broken at its limit", async () => {
    const limits = { eventBytes: 1_000, totalBytes: 100_000, choices: 1, channels: 1, jsonDepth: 8 };
    const peer = (socket: Socket) => {
      socket.write(streamHead());
      forEver(socket, chunk(`t:${"y".repeat(900)}\n`.repeat(10)), 1);
    };
    const { error, text } = await against(peer, { limits });
    assert.equal(error?.code, "upstream_broken");
    assert.match(error?.message ?? "", /longer than 100000 bytes/);
    assert.ok(text.length <= 100_000);
  });

  it("passes what came before the connection was torn", async () => {
    const { error, text } = await against((socket) => {
      socket.write(streamHead() + chunk("t:one\nt:two\n"));
      setTimeout(() => socket.resetAndDestroy(), 30);
    });
    assert.equal(error?.code, "upstream_broken");
    assert.equal(text, "onetwo");
  });

  it("reports a plain answer that is a stream as broken", async () => {
    const { error } = await against((socket) => socket.write(streamHead() + chunk("t:one\n")), {}, false);
    assert.equal(error?.code, "upstream_broken");
  });
});

describe("an answer that takes its time", { timeout: 60_000, concurrency: 4 }, () => {
  it("is given up when only comments come", async () => {
    const { error, tookMs } = await against(
      (socket) => {
        socket.write(streamHead());
        forEver(socket, chunk(": keep-alive\n"), 10);
      },
      { timeouts: SHORT },
    );
    assert.equal(error?.code, "upstream_timeout");
    assert.match(error?.message ?? "", /did not begin/);
    assert.ok(tookMs >= 300 && tookMs < 2_000, `${tookMs}`);
  });

  it("is given up when nothing but comments and empty pieces follows", async () => {
    const { error, text, tookMs } = await against(
      (socket) => {
        socket.write(streamHead() + chunk("t:one\n"));
        forEver(socket, chunk(": keep-alive\nt:\n"), 10);
      },
      { timeouts: SHORT },
    );
    assert.equal(error?.code, "upstream_timeout");
    assert.match(error?.message ?? "", /stopped making progress/);
    assert.equal(text, "one");
    assert.ok(tookMs >= 300 && tookMs < 2_000, `${tookMs}`);
  });

  it("is given up when its headers do not come", async () => {
    const { error } = await against(
      (socket) => {
        const timer = setInterval(() => socket.write("x"), 20);
        socket.write("HTTP/1.1 200 OK\r\nx-slow: ");
        socket.on("close", () => clearInterval(timer));
      },
      { timeouts: SHORT },
    );
    assert.equal(error?.code, "upstream_timeout");
  });

  it("is given up when interim answers go on for ever", async () => {
    const { error } = await against(
      (socket) => forEver(socket, "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n", 10),
      {
        timeouts: SHORT,
      },
    );
    assert.equal(error?.code, "upstream_timeout");
  });

  it("is given up when all of it takes too long", async () => {
    const peer = (socket: Socket) => {
      socket.write(streamHead());
      forEver(socket, chunk("t:more\n"), 10);
    };
    const { error, text } = await against(peer, { timeouts: { ...SHORT, totalMs: 400 } });
    assert.equal(error?.code, "upstream_timeout");
    assert.match(error?.message ?? "", /did not finish/);
    assert.ok(text.length > 0);
  });

  it("may take the whole time when it is a plain one", async () => {
    const { error, text } = await against(
      (socket) => {
        setTimeout(() => {
          socket.end(`${streamHead({ "content-type": "application/json" }) + chunk("t:one\ndone")}0\r\n\r\n`);
        }, 700);
      },
      { timeouts: SHORT },
      false,
    );
    assert.equal(error, null);
    assert.equal(text, "one");
  });

  it("is whole at its end though the connection stays open", async () => {
    const { error, tookMs } = await against((socket) => socket.write(streamHead() + chunk("t:one\ndone\n")));
    assert.equal(error, null);
    assert.ok(tookMs < 2_000, `${tookMs}`);
  });

  it("does not count the time for which its reader had paused it", async () => {
    const server = await startRawServer((socket) => {
      socket.write(streamHead() + chunk("t:one\n"));
      setTimeout(() => socket.end(`${chunk("t:two\ndone\n")}0\r\n\r\n`), 100);
    });
    const upstream = httpUpstream(server.url, { timeouts: SHORT });
    const call = openCall(upstream, allowedCall());
    await call.deltas(1);
    call.stream.pause();
    await sleep(700);
    assert.equal(call.soFar().text, "one");
    call.stream.resume();
    assert.equal((await call.over).text, "onetwo");
    await upstream.close();
    await server.close();
  });
});

describe("an upstream that refuses", { timeout: 60_000, concurrency: 4 }, () => {
  it("is not followed to another address", async () => {
    const elsewhere = await startRawServer((socket) => socket.end());
    for (const status of ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"]) {
      const { error } = await against((socket) =>
        socket.end(`HTTP/1.1 ${status}\r\nlocation: ${elsewhere.url}/v1\r\ncontent-length: 0\r\n\r\n`),
      );
      assert.equal(error?.code, "upstream_unavailable");
      assert.equal(error?.details.upstreamStatus, Number(status.slice(0, 3)));
    }
    assert.equal(elsewhere.accepted(), 0);
    await elsewhere.close();
  });

  it("has at most 64 KiB of its error read", async () => {
    let sent = 0;
    const { error } = await against((socket) => {
      socket.write(streamHead({}, "500 Internal Server Error"));
      const timer = setInterval(() => {
        sent += 32_000;
        socket.write(chunk("e".repeat(32_000)));
      }, 1);
      socket.on("close", () => clearInterval(timer));
    });
    assert.equal(error?.code, "upstream_rejected");
    assert.equal(error?.details.upstreamCode, `bytes_${64 * 1024}`);
    assert.ok(sent < 4_000_000, `${sent}`);
  });

  it("passes status, request id and the time to wait, and no header besides", async () => {
    const { error } = await against((socket) =>
      socket.end(
        "HTTP/1.1 429 Too Many\r\nretry-after: 7\r\nx-request-id: req_1\r\nx-secret: s3cr3t\r\ncontent-length: 2\r\n\r\n{}",
      ),
    );
    assert.equal(error?.code, "rate_limited");
    assert.deepEqual(error?.details, {
      upstreamStatus: 429,
      upstreamCode: "bytes_2",
      retryAfterMs: 7_000,
      upstreamRequestId: "req_1",
    });
  });

  it("is reported though its error body is torn, coded or never ends", async () => {
    const torn = await against((socket) => {
      socket.write(`HTTP/1.1 400 Bad\r\ncontent-length: 100\r\n\r\nabc`);
      setTimeout(() => socket.resetAndDestroy(), 20);
    });
    assert.equal(torn.error?.details.upstreamCode, "bytes_3");
    const coded = await against((socket) =>
      socket.end("HTTP/1.1 400 Bad\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc"),
    );
    assert.equal(coded.error?.details.upstreamCode, "bytes_0");
  });

  it("is unavailable when it hangs up on a request, which is not sent again", async () => {
    const { error, server, news } = await against((socket) => socket.resetAndDestroy());
    assert.equal(error?.code, "upstream_unavailable");
    assert.deepEqual(news, ["opened", "failed"]);
    assert.equal(server.accepted(), 1);
  });

  it("is unavailable when its answer is not HTTP or its headers are too long", async () => {
    for (const answer of ["SSH-2.0-OpenSSH_9.2\r\n", `HTTP/1.1 200 OK\r\nx: ${"h".repeat(40_000)}\r\n\r\n`]) {
      const { error } = await against((socket) => socket.write(answer));
      assert.equal(error?.code, "upstream_unavailable");
    }
  });

  it("is unavailable when it switches protocols", async () => {
    const { error } = await against((socket) =>
      socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"),
    );
    assert.equal(error?.code, "upstream_unavailable");
  });
});

describe("a paused call", { timeout: 60_000, concurrency: 4 }, () => {
  const endings: readonly (readonly [string, (socket: Socket) => void])[] = [
    ["reset", (socket) => socket.resetAndDestroy()],
    ["closed", (socket) => socket.end()],
    ["closed inside a chunk", (socket) => socket.end("5\r\nt:")],
  ];
  for (const connection of ["close", "keep-alive"]) {
    for (const [how, end] of endings) {
      it(`reports a connection (${connection}) that is ${how}, and the process lives`, async () => {
        let peer: Socket | null = null;
        const server = await startRawServer((socket) => {
          peer = socket;
          socket.write(streamHead({ connection }) + chunk("t:one\n"));
        });
        const upstream = httpUpstream(server.url);
        const call = openCall(upstream, allowedCall(), (_batch, stream) => stream.pause());
        await call.deltas(1);
        await sleep(20);
        if (peer !== null) end(peer);
        await sleep(60);
        call.stream.resume();
        const { error } = await call.over;
        assert.equal(error?.code, "upstream_broken");
        await call.stream.closed;
        await upstream.close();
        await server.close();
      });
    }
  }

  it("holds back a fast peer by its socket alone", async () => {
    const piece = chunk(`t:${"z".repeat(1_000)}\n`.repeat(64));
    let taken = 0;
    const server = await startRawServer((socket) => {
      const more = () => {
        while (!socket.destroyed && taken < 64_000_000) {
          taken += piece.length;
          if (!socket.write(piece)) break;
        }
      };
      socket.on("drain", more);
      socket.write(streamHead());
      more();
    });
    const limits = { eventBytes: 65_536, totalBytes: 1e9, choices: 1, channels: 1, jsonDepth: 8 };
    const upstream = httpUpstream(server.url, { limits });
    const call = openCall(upstream, allowedCall(), (_batch, stream) => stream.pause());
    await call.deltas(1);
    await sleep(100);
    const held = taken;
    await sleep(300);
    assert.equal(taken, held);
    assert.ok(held < 16_000_000, `${held}`);
    assert.equal(call.soFar().batches, 1);
    call.stream.abort();
    await server.allClosedWithin(1_000);
    await upstream.close();
    await server.close();
  });
});

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
