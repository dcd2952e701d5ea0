import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { credentialFrom, TOKEN_SUBPROTOCOL_PREFIX } from "../../src/identity/credential.js";
import fc from "../support/seeded-check.js";

const entry = (token: string) => TOKEN_SUBPROTOCOL_PREFIX + Buffer.from(token).toString("base64url");

describe("the credential of a request", () => {
  it("is null where there is none", () => {
    assert.equal(credentialFrom({}), null);
    assert.equal(
      credentialFrom({ authorization: undefined, "sec-websocket-protocol": "sluice.v1.json" }),
      null,
    );
  });

  for (const [name, headers] of [
    ["Authorization: Bearer", { authorization: "Bearer a.b.c" }],
    ["the scheme in any case", { authorization: "bEARER   a.b.c " }],
    ["gRPC metadata, a list", { authorization: ["Bearer a.b.c"] }],
    ["x-api-key", { "x-api-key": "a.b.c" }],
    ["x-api-key with a scheme in front", { "x-api-key": "Bearer a.b.c" }],
    ["a subprotocol before the real one", { "sec-websocket-protocol": `${entry("a.b.c")}, sluice.v1.json` }],
    ["a subprotocol after the real one", { "sec-websocket-protocol": `sluice.v1.json,${entry("a.b.c")}` }],
    ["two headers that agree", { authorization: "Bearer a.b.c", "x-api-key": "a.b.c" }],
  ] as const) {
    it(`is found in ${name}`, () => assert.deepEqual(credentialFrom(headers), { token: "a.b.c" }));
  }

  for (const [name, headers] of [
    ["two headers", { authorization: "Bearer a.b.c", "x-api-key": "a.b.d" }],
    ["one header sent twice", { authorization: ["Bearer a.b.c", "Bearer a.b.d"] }],
    ["header and subprotocol", { authorization: "Bearer a.b.c", "sec-websocket-protocol": entry("a.b.d") }],
    ["two subprotocols", { "sec-websocket-protocol": `${entry("a.b.c")}, ${entry("a.b.d")}` }],
  ] as const) {
    it(`is refused where ${name} differ`, () => {
      assert.throws(() => credentialFrom(headers), { code: "invalid_request", message: /two different/ });
    });
  }

  for (const headers of [
    { authorization: "Basic YTpi" },
    { authorization: "Bearer" },
    { authorization: "Bearer a b" },
    { authorization: "" },
    { authorization: "Bearer a.b.c, Bearer d" },
    { "x-api-key": "" },
    { "x-api-key": "a b" },
    { "sec-websocket-protocol": TOKEN_SUBPROTOCOL_PREFIX },
    { "sec-websocket-protocol": `${TOKEN_SUBPROTOCOL_PREFIX}a.b.c` },
    { "sec-websocket-protocol": entry("a\nb") },
  ]) {
    it(`is refused, and not repeated: ${JSON.stringify(headers)}`, () => {
      assert.throws(
        () => credentialFrom(headers),
        (error: Error & { code?: string }) => {
          assert.equal(error.code, "unauthenticated");
          assert.doesNotMatch(error.message, /YTpi|a\.b\.c/);
          return true;
        },
      );
    });
  }

  it("comes through the subprotocol whatever its characters", () => {
    const tokens = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((c) => String.fromCharCode(c)),
      minLength: 1,
    });
    fc.assert(
      fc.property(tokens, (token) => {
        assert.deepEqual(credentialFrom({ "sec-websocket-protocol": entry(token) }), { token });
      }),
    );
  });
});
