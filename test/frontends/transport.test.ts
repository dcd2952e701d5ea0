import { strict as assert } from "node:assert";
import { createServer } from "node:net";
import { after, before, describe, test } from "node:test";
import { Client, credentials } from "@grpc/grpc-js";
import { service as health } from "grpc-health-check";
import { Agent, fetch as fetchBy } from "undici";
import WebSocket from "ws";
import { SluiceError } from "../../src/domain/errors.js";
import { systemClock } from "../../src/domain/time.js";
import type { FrontEnd, FrontEndDeps, TlsMaterial } from "../../src/frontends/front-end.js";
import {
  createGrpcFrontEnd,
  createHttpFrontEnd,
  createWebSocketFrontEnd,
} from "../../src/frontends/index.js";
import { keepAlive } from "../support/keep-alive.js";
import { LOOPBACK_CERTIFICATE, LOOPBACK_KEY } from "../support/loopback-certificate.js";
import { type GatewayWorld, openWorld } from "./gateway-world.js";
import { GrpcClient, requestOf } from "./ways/grpc-way.js";

keepAlive();

const TLS: TlsMaterial = { key: LOOPBACK_KEY, cert: LOOPBACK_CERTIFICATE };
const MTLS: TlsMaterial = { ...TLS, clientCa: LOOPBACK_CERTIFICATE };
const ANY_PORT = { host: "127.0.0.1", port: 0 };

describe("transport", () => {
  let world: GatewayWorld;
  let deps: FrontEndDeps;

  before(async () => {
    world = await openWorld();
    const { gateway, log, approvals } = world.running;
    deps = {
      gateway,
      log,
      approvals,
      verifier: { verify: (token) => world.principal(token), verifyCached: () => null },
      policies: { explain: () => Promise.reject(new Error("not asked")) },
      authority: { onLost: () => () => {} },
      reloads: { refused: false, version: "sha256:0" },
      dialects: new Map(),
      clock: systemClock,
      logger: { warn: () => {}, error: () => {} },
      newRequestId: () => "req_1",
    };
  });
  after(() => world?.close());

  async function serving<T>(frontEnd: FrontEnd, work: (port: number) => Promise<T>): Promise<T> {
    const { port } = await frontEnd.listen(ANY_PORT);
    try {
      return await work(port);
    } finally {
      await frontEnd.close();
    }
  }

  function check(port: number, mutual: boolean): Promise<string> {
    const pem = Buffer.from(LOOPBACK_CERTIFICATE);
    const own = mutual ? [Buffer.from(LOOPBACK_KEY), pem] : [];
    const client = new Client(`localhost:${port}`, credentials.createSsl(pem, ...own));
    const method = health["Check"];
    assert.ok(method !== undefined);
    return new Promise((resolve) => {
      client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        { service: "sluice.v1.Completions" },
        { deadline: Date.now() + 3000 },
        (error, answer) => {
          client.close();
          resolve(error === null ? JSON.stringify(answer) : String(error.code));
        },
      );
    });
  }

  test("gRPC speaks TLS, and demands a client's certificate where it is told to", async () => {
    assert.equal(
      await serving(createGrpcFrontEnd(deps, { tls: TLS }), (port) => check(port, false)),
      '{"status":"SERVING"}',
    );
    const mutual = createGrpcFrontEnd(deps, { tls: MTLS });
    await serving(mutual, async (port) => {
      assert.equal(await check(port, true), '{"status":"SERVING"}');
      assert.equal(await check(port, false), "14");
    });
  });

  test("HTTP speaks TLS, and demands a client's certificate where it is told to", async () => {
    const get = async (port: number, mutual: boolean): Promise<number> => {
      const own = mutual ? { key: LOOPBACK_KEY, cert: LOOPBACK_CERTIFICATE } : {};
      const dispatcher = new Agent({ connect: { ca: LOOPBACK_CERTIFICATE, ...own } });
      const { status } = await fetchBy(`https://localhost:${port}/livez`, { dispatcher });
      await dispatcher.close();
      return status;
    };
    assert.equal(await serving(createHttpFrontEnd(deps, { tls: TLS }), (port) => get(port, false)), 200);
    await serving(createHttpFrontEnd(deps, { tls: MTLS }), async (port) => {
      assert.equal(await get(port, true), 200);
      await assert.rejects(get(port, false));
    });
  });

  test("a port in use is named", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const address = taken.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    for (const frontEnd of [createHttpFrontEnd(deps), createGrpcFrontEnd(deps)]) {
      await assert.rejects(frontEnd.listen({ host: "127.0.0.1", port }), (error) => {
        assert.ok(error instanceof SluiceError);
        assert.equal(error.code, "invalid_config");
        assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port}: the port is in use`));
        return true;
      });
      await frontEnd.close();
    }
    taken.close();
  });

  test("closing ends every open stream with an error that says so, and lets nothing hang", async () => {
    const websocket = createWebSocketFrontEnd(deps);
    const http = createHttpFrontEnd(deps, { upgrades: [websocket] });
    const grpc = createGrpcFrontEnd(deps);
    const [{ port: httpPort }, { port: grpcPort }] = [
      await http.listen(ANY_PORT),
      await grpc.listen(ANY_PORT),
    ];
    const token = await world.token("ada", ["staff"]);
    const asked = requestOf({ token, prompt: "please count", model: "slow" });

    const socket = new WebSocket(`ws://127.0.0.1:${httpPort}/v1/stream`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const frames: { error?: { code: string } }[] = [];
    await new Promise((resolve) => socket.once("open", resolve));
    socket.on("message", (data) => frames.push(JSON.parse(data.toString())));
    socket.send(JSON.stringify({ stream: "a", complete: asked }));
    await new Promise((resolve) => socket.once("message", resolve));
    const closed = new Promise<number>((resolve) => socket.once("close", resolve));

    const client = new GrpcClient(`127.0.0.1:${grpcPort}`);
    const stream = client.stream("Completions/Complete", asked, { token });
    const failed = new Promise<{ code: number; details: string }>((resolve) => stream.once("error", resolve));
    await new Promise((resolve) => stream.once("data", resolve));
    stream.on("data", () => {});

    const from = performance.now();
    await Promise.all([grpc.close(), http.close()]);
    assert.ok(performance.now() - from < 1500);
    assert.equal(await closed, 1001);
    assert.equal(frames.at(-1)?.error?.code, "shutdown");
    const { code, details } = await failed;
    assert.equal(code, 14, details);
    client.close();
  });
});
