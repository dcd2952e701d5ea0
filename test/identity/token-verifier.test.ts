import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { exportSPKI, generateKeyPair, importJWK, SignJWT, UnsecuredJWT } from "jose";
import type { IssuerConfig } from "../../src/domain/issuer.js";
import { Revocation } from "../../src/identity/revocation.js";
import { TokenVerifier, type VerifierLimits } from "../../src/identity/token-verifier.js";
import { HostileIssuer } from "./hostile-issuer.js";
import { ManualClock } from "./manual-clock.js";

describe("the token verifier", () => {
  let issuer: HostileIssuer;
  let clock: ManualClock;
  let verifier: TokenVerifier;
  const open = (overrides: Partial<IssuerConfig> = {}, limits: Partial<VerifierLimits> = {}) => {
    verifier.close();
    verifier = TokenVerifier.create({ issuers: [issuer.config(overrides)], clock, limits });
    return verifier;
  };
  const refuses = async (token: string, message: RegExp, code = "unauthenticated") => {
    await assert.rejects(verifier.verify(token), (error: Error & { code?: string }) => {
      assert.equal(error.code, code);
      assert.match(error.message, message);
      for (const part of token.split(".").filter((piece) => piece.length > 8)) {
        assert.ok(!error.message.includes(part), "the message repeats the token");
      }
      return true;
    });
    assert.equal(verifier.verifyCached(token), null);
  };

  beforeEach(async () => {
    issuer = await HostileIssuer.start();
    clock = new ManualClock();
    verifier = TokenVerifier.create({ issuers: [issuer.config()], clock });
  });
  afterEach(async () => {
    verifier.close();
    await issuer.close();
  });

  it("makes a principal of issuer, subject, groups, team, tenant, attributes and roles", async () => {
    open({
      claims: {
        subject: "sub",
        groups: "realm_access.roles",
        team: "https://example.com/team",
        tenant: "org",
        attributes: { repository: "repository", run: "run_id" },
      },
      roles: { reviewer: ["compliance"], auditor: ["audit"], operator: ["platform"] },
    });
    const token = await issuer.token({
      realm_access: { roles: ["compliance", "finance", "finance"] },
      "https://example.com/team": "finance",
      org: "acme",
      repository: "acme/app",
      run_id: 7,
      exp: Math.floor(clock.nowMs() / 1000) + 60,
    });
    const principal = await verifier.verify(token);
    assert.deepEqual(principal, {
      issuer: issuer.url,
      subject: "ada",
      groups: ["compliance", "finance"],
      roles: ["caller", "reviewer"],
      team: "finance",
      tenant: "acme",
      attributes: { repository: "acme/app", run: 7 },
      expiresAtMs: (Math.floor(clock.nowMs() / 1000) + 60) * 1000,
    });
    assert.equal(verifier.verifyCached(token), principal);
  });

  describe("refuses", () => {
    it("a token without exp", async () =>
      refuses(await issuer.token({ exp: undefined }), /no expiry \(exp\)/));
    it("a token without sub", async () =>
      refuses(await issuer.token({ sub: undefined }), /no subject \(sub\)/));
    it("a token with an empty sub", async () => refuses(await issuer.token({ sub: "" }), /subject/));
    it("a token for another audience", async () =>
      refuses(await issuer.token({ aud: ["other", "more"] }), /audience \(aud\) than: sluice/));
    it("a token without audience", async () => refuses(await issuer.token({ aud: undefined }), /aud/));
    it("a token of an unknown issuer", async () =>
      refuses(await issuer.token({ iss: "https://evil.example" }), /issuer \(iss\) is not one/));
    it("an issuer that differs by a slash", async () =>
      refuses(await issuer.token({ iss: `${issuer.url}/` }), /issuer \(iss\) is not one/));
    it("a token that has expired", async () => refuses(await issuer.token({ exp: 1_000 }), /has expired/));
    it("a token that is not valid yet", async () =>
      refuses(await issuer.token({ nbf: Math.floor(Date.now() / 1000) + 100 }), /not valid yet/));

    it("alg none, in every spelling", async () => {
      const unsecured = new UnsecuredJWT({ iss: issuer.url, sub: "ada", aud: "sluice", exp: 9e9 }).encode();
      await refuses(unsecured, /signed with "none"; its issuer may use: RS256, ES256/);
      const [, payload] = unsecured.split(".");
      for (const alg of ["None", "NONE", "nOnE", ""]) {
        const header = Buffer.from(JSON.stringify({ alg })).toString("base64url");
        await refuses(`${header}.${payload}.`, /unknown algorithm/);
      }
    });

    it("HS256 with the public key as the secret", async () => {
      const { jwk } = await issuer.addKey("rsa", "RS256");
      const imported = await importJWK(jwk, "RS256");
      assert.ok(!(imported instanceof Uint8Array));
      const secret = new TextEncoder().encode(await exportSPKI(imported));
      const token = await new SignJWT({ iss: issuer.url, sub: "ada", aud: "sluice", exp: 9e9 })
        .setProtectedHeader({ alg: "HS256", kid: "rsa" })
        .sign(secret);
      await refuses(token, /signed with "HS256"/);
    });

    it("an algorithm that the issuer may not use, though its key would fit", async () => {
      open({ algorithms: ["PS256"] });
      const key = await issuer.addKey("rsa", "RS256");
      await refuses(await issuer.token({}, { key }), /signed with "RS256"; its issuer may use: PS256/);
    });

    it("an ID token where access tokens are pinned", async () => {
      open({ typ: "at+jwt" });
      await refuses(
        await issuer.token({}, { header: { typ: "JWT" } }),
        /is not "at\+jwt"; is it an ID token/,
      );
      await refuses(await issuer.token(), /is not "at\+jwt"/);
      await verifier.verify(await issuer.token({}, { header: { typ: "application/AT+JWT" } }));
    });

    it("a logout token where nothing is pinned", async () =>
      refuses(await issuer.token({}, { header: { typ: "logout+jwt" } }), /type \(typ\)/));

    it("a signature by a key that only claims the name of a published one", async () => {
      const { privateKey } = await generateKeyPair("ES256");
      const key = { kid: "k1", privateKey, jwk: { kty: "EC", alg: "ES256" } };
      await refuses(await issuer.token({}, { key }), /signature does not verify/);
    });

    it("a token whose payload was changed", async () => {
      const [header, , signature] = (await issuer.token()).split(".");
      const payload = Buffer.from(JSON.stringify({ iss: issuer.url, sub: "eve", aud: "sluice", exp: 9e9 }));
      await refuses(`${header}.${payload.toString("base64url")}.${signature}`, /signature does not verify/);
    });

    it("a header that brings its own key, or a place to fetch it", async () => {
      const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
      const { exportJWK } = await import("jose");
      const header = { jwk: await exportJWK(publicKey), jku: `${issuer.url}/mine`, kid: "mine" };
      const key = { kid: "mine", privateKey, jwk: { kty: "EC", alg: "ES256" } };
      await refuses(await issuer.token({}, { key, header }), /\(kid\) is not among/);
    });

    it("a critical header extension that it does not know", async () => {
      const token = await issuer.token();
      const [, payload, signature] = token.split(".");
      const header = Buffer.from(JSON.stringify({ alg: "ES256", kid: "k1", crit: ["exp2"], exp2: 1 }));
      await refuses(`${header.toString("base64url")}.${payload}.${signature}`, /does not verify/);
    });

    it("an encrypted token, a huge one, and things that are no token", async () => {
      await refuses("aaaaaaaaaa.b.c.d.e", /encrypted/);
      await refuses(`${"a".repeat(20_000)}.b.c`, /longer than 16384 bytes/);
      for (const text of ["", "bad", "a.b", "a.b.c", "..", "é.b.c", `${"[".repeat(5000)}.b.c`]) {
        await refuses(text, /not a JSON Web Token/);
      }
    });

    it("groups that are no list of strings, rather than leave them out", async () => {
      await refuses(await issuer.token({ groups: [1, 2] }), /claim "groups" is not a string/);
      await refuses(await issuer.token({ groups: { a: 1 } }), /claim "groups" is not a list/);
      await refuses(await issuer.token({ groups: ["a\nb"] }), /control character/);
      await refuses(await issuer.token({ _claim_names: { groups: "src1" } }), /left out by the issuer/);
    });

    it("a token without a claim value that the configuration demands", async () => {
      open({ require: { repository_owner: ["acme"] } });
      await refuses(await issuer.token({ repository_owner: "evil" }), /"repository_owner" does not have/);
      await refuses(await issuer.token(), /"repository_owner" does not have/);
      await verifier.verify(await issuer.token({ repository_owner: "acme" }));
    });

    it("an unverified e-mail address as the subject", async () => {
      open({ claims: { subject: "email", groups: null, team: null, tenant: null, attributes: {} } });
      await refuses(await issuer.token({ email: "a@example.com", email_verified: false }), /not verified/);
      assert.equal(
        (await verifier.verify(await issuer.token({ email: "a@example.com" }))).subject,
        "a@example.com",
      );
    });
  });

  it("takes groups only from the issuer that was configured for them, with its prefix", async () => {
    const ci = await HostileIssuer.start();
    verifier.close();
    const roles = { reviewer: ["compliance"], auditor: [], operator: [] };
    const none = { ...issuer.config().claims, groups: null };
    verifier = TokenVerifier.create({
      issuers: [issuer.config({ roles }), ci.config({ claims: none, roles: { ...roles, reviewer: [] } })],
      clock,
    });
    const stranger = await verifier.verify(await ci.token({ groups: ["compliance"] }));
    assert.deepEqual([stranger.groups, stranger.roles], [[], ["caller"]]);
    const forged = await ci.token({ iss: issuer.url, groups: ["compliance"] });
    await refuses(forged, /signature does not verify/);
    open({ groupsPrefix: "ci:", roles });
    const prefixed = await verifier.verify(await issuer.token({ groups: ["compliance"] }));
    assert.deepEqual([prefixed.groups, prefixed.roles], [["ci:compliance"], ["caller"]]);
    await ci.close();
  });

  it("maps the claims of a CI job, and takes jobs of one owner only", async () => {
    open({
      audiences: ["sluice"],
      claims: {
        subject: "sub",
        groups: null,
        team: null,
        tenant: "repository_owner",
        attributes: {
          repository: "repository",
          ref: "ref",
          workflow: "job_workflow_ref",
          protected: "ref_protected",
        },
      },
      require: { repository_owner: ["octo-org"] },
    });
    // The claims of a token of GitHub Actions (docs.github.com, "OpenID Connect reference").
    const job = {
      sub: "repo:octo-org/octo-repo:environment:prod",
      repository: "octo-org/octo-repo",
      repository_owner: "octo-org",
      ref: "refs/heads/main",
      ref_protected: "true",
      job_workflow_ref: "octo-org/octo-automation/.github/workflows/oidc.yml@refs/heads/main",
      groups: ["compliance"],
    };
    const principal = await verifier.verify(await issuer.token(job));
    assert.equal(principal.subject, job.sub);
    assert.equal(principal.tenant, "octo-org");
    assert.deepEqual(principal.groups, []);
    assert.deepEqual(principal.attributes, {
      repository: job.repository,
      ref: job.ref,
      workflow: job.job_workflow_ref,
      protected: "true",
    });
    await refuses(await issuer.token({ ...job, repository_owner: "elsewhere" }), /"repository_owner"/);
  });

  describe("the cache", () => {
    it("ends with the token, to the millisecond", async () => {
      const exp = Math.floor(clock.nowMs() / 1000) + 30;
      const token = await issuer.token({ exp });
      await verifier.verify(token);
      clock.advance(exp * 1000 - clock.nowMs() - 1);
      assert.notEqual(verifier.verifyCached(token), null);
      clock.advance(1);
      await refuses(token, /has expired/);
    });

    it("ends with the key: a removed key is refused once the keys were fetched again", async () => {
      const token = await issuer.token({ exp: 9e9 });
      await verifier.verify(token);
      issuer.keys = [];
      await issuer.addKey("k2");
      clock.advance(150_000);
      await until(() => issuer.jwksRequests === 2 && verifier.verifyCached(token) === null);
      await refuses(token, /\(kid\) is not among/);
    });

    it("ends after five minutes", async () => {
      const token = await issuer.token({ exp: 9e9 });
      await verifier.verify(token);
      clock.advance(150_000);
      await until(() => issuer.jwksRequests === 2);
      clock.advance(149_999);
      await until(() => issuer.jwksRequests === 3 || verifier.verifyCached(token) !== null);
      assert.notEqual(verifier.verifyCached(token), null);
      clock.advance(1);
      assert.equal(verifier.verifyCached(token), null);
      await verifier.verify(token);
    });

    it("keeps two tokens with the same beginning apart", async () => {
      const token = await issuer.token();
      await verifier.verify(token);
      assert.equal(verifier.verifyCached(token.slice(0, -1)), null);
      await refuses(`${token.slice(0, -12)}AAAAAAAAAAAA`, /signature does not verify/);
      await refuses(`${token}AAAA`, /does not verify/);
      const long = await issuer.token({ pad: "x".repeat(4000) });
      const other = await issuer.token({ pad: `${"x".repeat(4000)}y`, sub: "bob" });
      assert.equal((await verifier.verify(long)).subject, "ada");
      assert.equal((await verifier.verify(other)).subject, "bob");
    });

    it("holds no more tokens than its limit", async () => {
      open({}, { cachedTokens: 2 });
      const tokens = await Promise.all(["a", "b", "c"].map((sub) => issuer.token({ sub })));
      for (const token of tokens) await verifier.verify(token);
      assert.deepEqual(
        tokens.map((token) => verifier.verifyCached(token)?.subject ?? null),
        [null, "b", "c"],
      );
    });
  });

  describe("the keys", () => {
    it("are fetched once for many tokens", async () => {
      const tokens = await Promise.all(Array.from({ length: 20 }, (_, i) => issuer.token({ sub: `s${i}` })));
      await Promise.all(tokens.map((token) => verifier.verify(token)));
      assert.deepEqual([issuer.discoveryRequests, issuer.jwksRequests], [1, 1]);
    });

    it("are fetched at once for a rotated key", async () => {
      await verifier.verify(await issuer.token());
      const key = await issuer.addKey("k2");
      assert.equal((await verifier.verify(await issuer.token({}, { key }))).subject, "ada");
      assert.equal(issuer.jwksRequests, 2);
    });

    it("are not fetched for each of many unknown key ids", async () => {
      await verifier.verify(await issuer.token());
      for (let i = 0; i < 30; i++)
        await refuses(await issuer.token({}, { header: { kid: `no-${i}` } }), /\(kid\)/);
      assert.ok(issuer.jwksRequests <= 4, `${issuer.jwksRequests} requests`);
    });

    it("serve on through an outage until they are maxStaleMs old, then tokens are refused", async () => {
      open({ maxStaleMs: 600_000 });
      const token = await issuer.token({ exp: 9e9 });
      await verifier.verify(token);
      issuer.answer = "error";
      for (let i = 0; i < 3; i++) {
        clock.advance(199_000);
        await until(() => verifier.status()[0]?.state !== "fresh");
        assert.equal((await verifier.verify(await issuer.token({ exp: 9e9, i }))).subject, "ada");
      }
      assert.equal(verifier.status()[0]?.state, "stale");
      assert.match(verifier.status()[0]?.lastError ?? "", /status 503/);
      clock.advance(4_000);
      await refuses(token, /keys of the token's issuer cannot be fetched/);
      assert.equal(verifier.status()[0]?.state, "unavailable");
      issuer.answer = "keys";
      clock.advance(30_000);
      await until(() => verifier.status()[0]?.state === "fresh");
      await verifier.verify(token);
    });

    for (const [answer, error] of [
      ["hang", /no answer within 300 ms/],
      ["error", /status 503/],
      ["redirect", /redirects are not followed/],
      ["huge", /longer than 524288 bytes/],
      ["garbage", /not JSON/],
      ["empty", /no public signature key/],
    ] as const) {
      it(`refuse tokens when the first answer is: ${answer}`, async () => {
        issuer.answer = answer;
        await refuses(await issuer.token(), /cannot be fetched/);
        const [status] = verifier.status();
        assert.equal(status?.state, "unavailable");
        assert.match(status?.lastError ?? "", error);
        issuer.answer = "keys";
        clock.advance(1_000);
        await until(() => verifier.status()[0]?.state === "fresh");
        await verifier.verify(await issuer.token());
      });
    }

    it("are not taken where the discovery document names another issuer", async () => {
      issuer.discovery = { issuer: "https://login.example.com" };
      await refuses(await issuer.token(), /cannot be fetched/);
      assert.match(verifier.status()[0]?.lastError ?? "", /names another issuer/);
    });

    it("are not fetched from a plain http address elsewhere", async () => {
      issuer.discovery = { jwks_uri: "http://169.254.169.254/keys" };
      await refuses(await issuer.token(), /cannot be fetched/);
      assert.match(verifier.status()[0]?.lastError ?? "", /not https/);
    });

    it("come from jwksUri without discovery where it is configured", async () => {
      open({ jwksUri: `${issuer.url}/jwks` });
      await verifier.verify(await issuer.token());
      assert.equal(issuer.discoveryRequests, 0);
    });

    it("are never symmetric, for encryption, or odd: such entries are skipped", async () => {
      const key = issuer.keys[0];
      issuer.extraKeys = [
        { kty: "oct", k: "c2VjcmV0", kid: "k1" },
        { ...key?.jwk, use: "enc" },
        { kty: "RSA", kid: "k1" },
      ];
      await verifier.verify(await issuer.token());
      assert.equal(verifier.status()[0]?.keys, 1);
    });

    it("may share a key id: each is tried", async () => {
      await issuer.addKey("k1");
      for (const key of issuer.keys) await verifier.verify(await issuer.token({ k: key.jwk.x }, { key }));
    });

    it("are not fetched in a loop where they may not grow old at all", async () => {
      open({ maxStaleMs: 0 });
      const token = await issuer.token({ exp: 9e9 });
      await verifier.verify(token);
      assert.notEqual(verifier.verifyCached(token), null);
      clock.advance(4_999);
      assert.equal(issuer.jwksRequests, 1);
      issuer.answer = "error";
      clock.advance(1);
      await until(() => verifier.status()[0]?.state === "stale");
      clock.advance(301);
      await refuses(token, /cannot be fetched/);
    });

    it("are found for a token that names none", async () => {
      await issuer.addKey("k2");
      const key = issuer.keys[1];
      assert.ok(key);
      await verifier.verify(await issuer.token({}, { key, header: { kid: undefined } }));
    });

    it("are fetched again before a token counts after the machine slept", async () => {
      const token = await issuer.token({ exp: 9e9 });
      await verifier.verify(token);
      issuer.keys = [];
      await issuer.addKey("k2");
      clock.sleep(301_000);
      await refuses(token, /\(kid\) is not among/);
    });
  });

  it("bounds how many wait for an issuer that does not answer", async () => {
    open({}, { waiting: 3 });
    issuer.answer = "hang";
    const token = await issuer.token();
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => verifier.verify(token)));
    const codes = outcomes.map((outcome) =>
      outcome.status === "rejected" ? outcome.reason.code : "fulfilled",
    );
    assert.equal(codes.filter((code) => code === "overloaded").length, 7);
    assert.equal(codes.filter((code) => code === "unauthenticated").length, 3);
  });

  it("refuses a revoked subject at once, cached or not, and everybody under the kill switch", async () => {
    const revocation = new Revocation();
    verifier.close();
    verifier = TokenVerifier.create({ issuers: [issuer.config()], clock, revocation });
    const token = await issuer.token();
    const principal = await verifier.verify(token);
    const told: boolean[] = [];
    revocation.onRevoked((revoked) => told.push(revoked.concerns(principal)));
    revocation.replace({
      subjects: [{ issuer: issuer.url, subject: "ada" }],
      issuers: [],
      killSwitch: false,
    });
    assert.throws(() => verifier.verifyCached(token), { code: "permission_denied", message: /revoked/ });
    await assert.rejects(verifier.verify(await issuer.token({ fresh: 1 })), { code: "permission_denied" });
    const bob = await issuer.token({ sub: "bob" });
    await verifier.verify(bob);
    revocation.replace({ subjects: [], issuers: [], killSwitch: true });
    await assert.rejects(verifier.verify(bob), { code: "permission_denied", message: /kill switch/ });
    revocation.replace({ subjects: [], issuers: [], killSwitch: false });
    await verifier.verify(bob);
    assert.deepEqual(told, [true, true]);
  });

  it("lets a clock tolerance prolong tokens by as much and no more", async () => {
    open({ clockToleranceS: 10 });
    const nowS = Math.floor(clock.nowMs() / 1000);
    const principal = await verifier.verify(await issuer.token({ exp: nowS - 5 }));
    assert.equal(principal.expiresAtMs, (nowS + 5) * 1000);
    await refuses(await issuer.token({ exp: nowS - 11 }), /has expired/);
  });
});

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail("the condition did not come true within 2 s");
}
