/** Tokens that are not what they seem, by every way into the whole gateway: no session, no call, the same answer. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { base64url, exportSPKI, generateKeyPair, importJWK, type JWK, SignJWT, UnsecuredJWT } from "jose";
import { compose, type Running } from "../../src/compose.js";
import { loadConfig } from "../../src/config/load.js";
import { EmbeddedIssuer } from "../../src/identity/embedded-issuer.js";
import { type GatewayFolder, openFolder } from "../support/gateway.js";
import { keepAlive } from "../support/keep-alive.js";
import { everyWay, type ToldWay } from "../support/ways.js";

keepAlive();

let place: GatewayFolder;
let running: Running;
let other: EmbeddedIssuer;
let ways: readonly ToldWay[] = [];
let closeWays = (): void => {};
let calls = 0;

before(async () => {
  place = await openFolder();
  // A name of the operator's own alphabet stands in messages, and messages stand in headers.
  const text = await readFile(place.file, "utf8");
  await writeFile(place.file, text.replace("audiences: [", 'audiences: ["шлюз \\"für\\" alle", '));
  place.model.tell(() => {
    calls++;
    return { body: "{}" };
  });
  other = await EmbeddedIssuer.start();
  const quiet = { info: () => {}, warn: () => {}, error: () => {} };
  running = await compose(loadConfig(place.file, {}), quiet);
  ({ ways, close: closeWays } = everyWay({
    url: `http://127.0.0.1:${running.http.port}`,
    grpcAddress: `127.0.0.1:${running.grpc.port}`,
  }));
});
after(async () => {
  closeWays();
  await running.close();
  await other.close();
  await place.close();
});

const nowS = (): number => Math.floor(Date.now() / 1000);
const claims = () => ({
  iss: place.issuer.issuer,
  aud: place.issuer.audience,
  sub: "mallory",
  groups: ["engineering"],
  iat: nowS(),
  exp: nowS() + 600,
});

async function publicKey(): Promise<JWK & { kid: string }> {
  const response = await fetch(`${place.issuer.issuer}/jwks`);
  const { keys } = (await response.json()) as { keys: (JWK & { kid: string })[] };
  const [key] = keys;
  assert.ok(key !== undefined);
  return key;
}

/** A right token whose signature differs in one letter. */
async function altered(): Promise<string> {
  const token = await place.token("mallory");
  const at = token.length - 20;
  return `${token.slice(0, at)}${token[at] === "A" ? "B" : "A"}${token.slice(at + 1)}`;
}

async function symmetric(): Promise<string> {
  const jwk = await publicKey();
  const key = await importJWK(jwk, "RS256");
  assert.ok(!(key instanceof Uint8Array));
  const secret = new TextEncoder().encode(await exportSPKI(key as Parameters<typeof exportSPKI>[0]));
  return new SignJWT(claims()).setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid: jwk.kid }).sign(secret);
}

async function foreignKey(): Promise<string> {
  const { privateKey } = await generateKeyPair("RS256");
  const { kid } = await publicKey();
  return new SignJWT(claims()).setProtectedHeader({ alg: "RS256", typ: "at+jwt", kid }).sign(privateKey);
}

const HOSTILE: readonly (readonly [string, () => Promise<string> | string, RegExp])[] = [
  [
    "for another audience, where the right one is beyond Latin-1",
    () => place.token("m", { aud: "other" }),
    /audience/,
  ],
  ["that has expired", () => place.token("m", { exp: 1_000 }), /expired/],
  ["without an expiry", () => place.token("m", { exp: undefined }), /expiry/],
  ["that is not valid yet", () => place.token("m", { nbf: nowS() + 600 }), /not valid yet/],
  ["of an issuer that nobody configured", () => other.token("developer"), /issuer/],
  [
    "that says its issuer is ours",
    () => other.token("developer", { iss: place.issuer.issuer, aud: place.issuer.audience }),
    /key|signature/,
  ],
  ["with alg none", () => new UnsecuredJWT(claims()).encode(), /./],
  ["with HS256 and the public key", symmetric, /may use/],
  ["signed by a key that claims the name of ours", foreignKey, /signature/],
  ["with the beginning of a right one", altered, /signature|verify/],
  ["that is none", () => `${base64url.encode("{}")}.${base64url.encode("{}")}.x`, /./],
];

describe("a token", () => {
  it("that is right opens every way, so that what follows means something", async () => {
    const token = await place.token("jane");
    for (const way of ways) {
      const { outcome } = await way.ask({ token, prompt: "Summarise project alder", model: way.model });
      assert.equal(outcome, "policy_denied", way.name);
    }
  });

  for (const [what, make, message] of HOSTILE) {
    it(`${what} opens none`, async () => {
      // A right token with the same beginning was seen before, and is remembered.
      const token = await make();
      for (const way of ways) {
        const seen = await way.ask({ token, prompt: "hello", model: way.model });
        assert.deepEqual([seen.outcome, seen.session, seen.text], ["unauthenticated", "", ""], way.name);
        assert.match(seen.message, message, way.name);
        assert.ok(!seen.message.includes(token.slice(0, 40)), way.name);
      }
      assert.equal(calls, 0);
    });
  }

  it("that is refused is told so in a header that any client can read", async () => {
    const response = await fetch(`http://127.0.0.1:${running.http.port}/v1/models`, {
      headers: { authorization: `Bearer ${await place.token("m", { aud: "other" })}` },
    });
    assert.equal(response.status, 401);
    const challenge = response.headers.get("www-authenticate") ?? "";
    assert.match(
      challenge,
      /^Bearer realm="sluice", error="invalid_token", error_description="[\x20-\x21\x23-\x5b\x5d-\x7e]+"$/,
    );
    assert.match(challenge, /\?\?\?\?/);
  });
});
