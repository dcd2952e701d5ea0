import assert from "node:assert/strict";
import { hostname } from "node:os";
import { describe, it } from "node:test";
import { Webhook } from "standardwebhooks";
import { whyNotAddress } from "../../src/notifications/address-guard.js";
import { type Endpoint, post, whyNot } from "../../src/notifications/post.js";
import { signedHeaders, signingKey } from "../../src/notifications/standard-webhook.js";
import { startReceiver } from "../support/webhook-receiver.js";

const secretOf = (bytes: number, fill = 1): string => `whsec_${Buffer.alloc(bytes, fill).toString("base64")}`;
const OLD = secretOf(32, 1);
const NEW = secretOf(24, 2);
const nowS = (): number => Math.floor(Date.now() / 1000);

describe("a signature of Standard Webhooks", () => {
  for (const body of ["{}", '{"text":"ümläut \u{1F600}"}', `{"long":"${"x".repeat(100_000)}"}`]) {
    it(`is taken by the library of receivers: ${body.slice(0, 20)}`, () => {
      const headers = signedHeaders({ id: "msg_1", timestampS: nowS(), body }, [OLD]);
      assert.deepEqual(new Webhook(OLD).verify(body, { ...headers }), JSON.parse(body));
      assert.throws(() => new Webhook(OLD).verify(`${body} `, { ...headers }));
      assert.throws(() => new Webhook(OLD).verify(body, { ...headers, "webhook-id": "msg_2" }));
    });
  }

  it("is taken by a receiver with either secret while they are exchanged", () => {
    const headers = signedHeaders({ id: "m", timestampS: nowS(), body: "{}" }, [NEW, OLD]);
    assert.equal(headers["webhook-signature"]?.split(" ").length, 2);
    for (const secret of [OLD, NEW]) new Webhook(secret).verify("{}", { ...headers });
    assert.throws(() => new Webhook(secretOf(32, 3)).verify("{}", { ...headers }));
  });

  it("is refused by a receiver once it is five minutes old", () => {
    const headers = signedHeaders({ id: "m", timestampS: nowS() - 301, body: "{}" }, [OLD]);
    assert.throws(() => new Webhook(OLD).verify("{}", { ...headers }), /too old/);
  });

  for (const [name, secret] of Object.entries({
    "without its prefix": Buffer.alloc(32).toString("base64"),
    "too short": secretOf(23),
    "too long": secretOf(65),
    "that is no base64": "whsec_not base64 at all, not at all!",
    empty: "",
  })) {
    it(`is made with no secret ${name}`, () => {
      assert.throws(
        () => signingKey(secret),
        (error: Error) => /whsec_/.test(error.message) && (secret === "" || !error.message.includes(secret)),
      );
    });
  }
});

describe("the addresses of receivers", () => {
  const here = { host: "hooks.example.com", internal: false };
  const refused = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.31.255.255",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a00:1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "ff02::1",
    "nonsense",
  ];
  for (const address of refused) {
    it(`are refused where a public name resolves to ${address}`, () => {
      assert.notEqual(whyNotAddress(address, here), null);
    });
  }

  it("are taken where they are public, or said to be internal, or spelled as this machine", () => {
    for (const address of ["93.184.216.34", "2606:2800:220:1::1", "172.32.0.1"])
      assert.equal(whyNotAddress(address, here), null);
    assert.equal(whyNotAddress("10.1.2.3", { ...here, internal: true }), null);
    assert.equal(whyNotAddress("127.0.0.1", { ...here, host: "localhost" }), null);
    for (const address of ["169.254.169.254", "127.0.0.1"])
      assert.notEqual(whyNotAddress(address, { ...here, internal: true }), null);
  });

  const endpoint: Endpoint = {
    url: "https://hooks.example.com/",
    timeoutMs: 5_000,
    ca: null,
    internal: false,
    insecure: false,
  };
  for (const [url, why] of [
    ["http://hooks.example.com/", /plain http/],
    ["ftp://hooks.example.com/", /neither/],
    ["https://user:pass@hooks.example.com/", /credential/],
    ["https://169.254.169.254/latest/meta-data", /no address of a host/],
    ["https://10.0.0.7/", /private network/],
    ["https://[::ffff:a00:7]/", /private network/],
    ["nothing", /no URL/],
  ] as const) {
    it(`are refused as they are written: ${url}`, () => {
      assert.match(whyNot({ ...endpoint, url }) ?? "", why);
    });
  }

  it("are looked at after their name is resolved", async () => {
    const receiver = await startReceiver();
    const port = new URL(receiver.url).port;
    // A name of this machine that does not say so.
    const sent = await post(
      { ...endpoint, url: `http://${hostname()}:${port}/`, insecure: true },
      { body: "{}", headers: {} },
      new AbortController().signal,
    );
    assert.equal(sent.outcome, "failed");
    assert.equal(receiver.received.length, 0);
    await receiver.close();
  });

  it("give no part of a secret address to the log", async () => {
    const sent = await post(
      { ...endpoint, url: "https://127.0.0.1:9/services/T000/B000/very-secret" },
      { body: "{}", headers: {} },
      new AbortController().signal,
    );
    assert.ok(sent.outcome === "failed" && !/very-secret|127/.test(sent.reason), JSON.stringify(sent));
  });
});
