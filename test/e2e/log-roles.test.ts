/** Who may do what with a session that is not theirs, over gRPC, HTTP and WebSocket alike. */
import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";
import { ERROR_CODES } from "../../src/domain/errors.js";
import { errorInfo, GrpcClient, isServiceError } from "../frontends/ways/grpc-way.js";
import { grpcLogWay, httpLogWay, webSocketLogWay } from "../frontends/ways/log-ways.js";
import { type GatewayWorld, openGateway } from "../support/gateway.js";
import { keepAlive } from "../support/keep-alive.js";
import { chatStream } from "../support/streams.js";

keepAlive();

const TEAM = { team: "letters" };
const VIEWERS = {
  caller: { subject: "jane", claims: TEAM },
  "colleague of the team": { subject: "joan", claims: TEAM },
  "auditor of the team": { subject: "audrey", claims: { ...TEAM, groups: ["audit"] } },
  "auditor of another team": { subject: "austin", claims: { team: "numbers", groups: ["audit"] } },
  "auditor without a team": { subject: "aubrey", claims: { groups: ["audit"] } },
  reviewer: { subject: "rita", claims: { ...TEAM, groups: ["compliance"] } },
  operator: { subject: "olga", claims: { groups: ["platform"] } },
} as const;
type Viewer = keyof typeof VIEWERS;
const EVERYBODY = Object.keys(VIEWERS).filter((name): name is Viewer => name in VIEWERS);
const READERS: readonly Viewer[] = ["caller", "auditor of the team", "operator"];

interface Rule {
  readonly may: readonly Viewer[];
  /** What the others hear; a list simply lacks what they may not see. */
  readonly others: (viewer: Viewer) => string;
}

const hidden: Rule["others"] = () => "not_found";
const deniedToReaders: Rule["others"] = (viewer) =>
  READERS.includes(viewer) ? "permission_denied" : "not_found";

const RULES: Readonly<Record<string, Rule>> = {
  list: { may: READERS, others: () => "not listed" },
  get: { may: READERS, others: hidden },
  events: { may: READERS, others: hidden },
  outline: { may: READERS, others: hidden },
  export: { may: READERS, others: hidden },
  replay: { may: READERS, others: hidden },
  follow: { may: READERS, others: hidden },
  attach: { may: ["caller"], others: hidden },
  cancel: { may: ["caller"], others: hidden },
  stop: { may: ["caller", "reviewer", "operator"], others: hidden },
  delete: { may: ["operator"], others: deniedToReaders },
  verify: { may: READERS, others: hidden },
  "verify everything": {
    may: ["auditor of the team", "auditor of another team", "auditor without a team", "operator"],
    others: () => "permission_denied",
  },
};

let world: GatewayWorld;
let client: GrpcClient;
let session = "";

before(async () => {
  world = await openGateway();
  client = new GrpcClient(world.grpcAddress);
  world.model.tell(() => ({ body: chatStream(["one ", "two "]) }));
  session = await asked();
});
after(async () => {
  client?.close();
  await world?.close();
});

async function tokenOf(viewer: Viewer): Promise<string> {
  const { subject, claims } = VIEWERS[viewer];
  return world.token(subject, claims);
}

/** A session of the caller that has ended. */
async function asked(): Promise<string> {
  const live = await grpcLogWay(client).live({ token: await tokenOf("caller"), prompt: "Count" });
  await live.whole;
  return live.session;
}

type Doing = (token: string, id: string) => Promise<string>;

/** `done`, or the code of the refusal. */
async function overGrpc(path: string, request: object, token: string): Promise<string> {
  try {
    await client.unary(path, request, { token });
    return "done";
  } catch (thrown) {
    if (isServiceError(thrown)) return errorInfo(thrown).reason.toLowerCase();
    throw thrown;
  }
}

const GRPC: Readonly<Record<string, Doing>> = {
  list: async (token, id) => {
    const { items } = await client.unary<{ items: { sessionId: string }[] }>("Sessions/List", {}, { token });
    return items.some(({ sessionId }) => sessionId === id) ? "done" : "not listed";
  },
  get: (token, sessionId) => overGrpc("Sessions/Get", { sessionId }, token),
  events: (token, sessionId) => overGrpc("Sessions/Read", { sessionId }, token),
  outline: (token, sessionId) => overGrpc("Sessions/Outline", { sessionId }, token),
  export: (token, sessionId) => streamed("Sessions/Export", { sessionId }, token),
  replay: (token, sessionId) => streamed("Sessions/Replay", { sessionId, maxSpeed: true }, token),
  follow: (token, sessionId) => streamed("Sessions/Follow", { sessionId }, token),
  attach: (token, sessionId) => streamed("Completions/Attach", { sessionId }, token),
  cancel: (token, sessionId) => overGrpc("Completions/Cancel", { sessionId }, token),
  stop: (token, sessionId) => overGrpc("Sessions/Stop", { sessionId, reason: "a test" }, token),
  delete: (token, sessionId) => overGrpc("Sessions/Delete", { sessionId }, token),
  verify: (token, sessionId) => overGrpc("Sessions/Verify", { sessionId }, token),
  "verify everything": (token) => overGrpc("Sessions/Verify", {}, token),
};

function streamed(path: string, request: object, token: string): Promise<string> {
  const stream = client.rawStream(path, request, { token });
  return new Promise((resolve, reject) => {
    stream.on("data", () => {});
    stream.on("end", () => resolve("done"));
    stream.on("error", (thrown) =>
      isServiceError(thrown) ? resolve(errorInfo(thrown).reason.toLowerCase()) : reject(thrown),
    );
  });
}

async function overHttp(method: string, path: string, token: string, body?: object): Promise<string> {
  const response = await fetch(`${world.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (response.ok) return "done";
  return ERROR_CODES.find((code) => text.includes(`"${code}"`)) ?? `${response.status} ${text}`;
}

const HTTP: Readonly<Record<string, Doing>> = {
  list: async (token, id) => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${world.url}/v1/sessions?limit=500`, { headers });
    return (await response.text()).includes(id) ? "done" : "not listed";
  },
  get: (token, id) => overHttp("GET", `/v1/sessions/${id}`, token),
  events: (token, id) => overHttp("GET", `/v1/sessions/${id}/events`, token),
  outline: (token, id) => overHttp("GET", `/v1/sessions/${id}/outline`, token),
  export: (token, id) => overHttp("GET", `/v1/sessions/${id}/export`, token),
  replay: (token, id) => overHttp("GET", `/v1/sessions/${id}/stream?speed=max`, token),
  follow: (token, id) => overHttp("GET", `/v1/sessions/${id}/stream`, token),
  stop: (token, id) => overHttp("POST", `/v1/sessions/${id}/stop`, token, { reason: "a test" }),
  delete: (token, id) => overHttp("DELETE", `/v1/sessions/${id}`, token),
  verify: (token, sessionId) => overHttp("POST", "/v1/verify", token, { sessionId }),
  "verify everything": (token) => overHttp("POST", "/v1/verify", token, {}),
};

async function overSocket(read: "attach" | "replay" | "follow", token: string, id: string): Promise<string> {
  const from = { token, session: id, afterSeq: 0, speed: "max" as const };
  const { end } = await webSocketLogWay(world.url)[read](from);
  return end === "clean" ? "done" : (ERROR_CODES.find((code) => end.includes(`"${code}"`)) ?? end);
}

const SOCKET: Readonly<Record<string, Doing>> = {
  attach: (token, id) => overSocket("attach", token, id),
  replay: (token, id) => overSocket("replay", token, id),
  follow: (token, id) => overSocket("follow", token, id),
};

for (const [frontEnd, doings] of Object.entries({ gRPC: GRPC, HTTP, WebSocket: SOCKET })) {
  describe(`over ${frontEnd}`, () => {
    for (const [name, doing] of Object.entries(doings)) {
      const rule = RULES[name] ?? assert.fail(name);
      test(`${name}: ${rule.may.join(", ")} and nobody else`, async () => {
        for (const viewer of EVERYBODY) {
          const id = name === "delete" && rule.may.includes(viewer) ? await asked() : session;
          const expected = rule.may.includes(viewer) ? "done" : rule.others(viewer);
          assert.equal(await doing(await tokenOf(viewer), id), expected, viewer);
        }
        const nobody = await doing("no-token", session).catch(String);
        assert.match(nobody, /unauthenticated|\b401\b|not listed/i);
      });
    }
  });
}

test("every reading of somebody else's session, and every act on it, stands in the ledger by a hash", async () => {
  const before = world.running.log.ledger.head.seq;
  const token = await tokenOf("operator");
  await HTTP["get"]?.(token, session);
  await HTTP["export"]?.(token, session);
  await HTTP["replay"]?.(token, session);
  await HTTP["follow"]?.(token, session);
  await httpLogWay(world.url).replay({ token, session, afterSeq: 0, speed: "max" });
  for (let waited = 0; world.running.log.ledger.head.seq < before + 5; waited++) {
    assert.ok(waited < 200, "an act is missing");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.ok(!(await world.written("data")).includes("olga"));
});
