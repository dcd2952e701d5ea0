import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { decodeJwt } from "jose";
import { systemClock } from "../../src/domain/time.js";
import { type DocumentFetch, fetchDocument } from "../../src/identity/document-fetch.js";
import { EmbeddedIssuer, parseIssuerState, tokenFromState } from "../../src/identity/embedded-issuer.js";
import { LoginFlow } from "../../src/identity/login-flow.js";
import { loginOnLoopback } from "../../src/identity/loopback-login.js";
import { TokenVerifier } from "../../src/identity/token-verifier.js";
import { ManualClock } from "./manual-clock.js";

const REDIRECT = "http://127.0.0.1:9/callback";

/** What a person does in a browser: opens the page, presses the button, is sent back. */
async function press(loginUrl: string, user: string): Promise<URL> {
  const page = await fetch(loginUrl);
  assert.equal(page.status, 200);
  const fields = new URLSearchParams();
  for (const [, name, value] of (await page.text()).matchAll(
    /type="hidden" name="([^"]*)" value="([^"]*)"/g,
  )) {
    fields.set(
      name ?? "",
      (value ?? "").replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))),
    );
  }
  fields.set("user", user);
  const answer = await fetch(new URL("/authorize", loginUrl), {
    method: "POST",
    body: fields,
    redirect: "manual",
  });
  assert.equal(answer.status, 303);
  return new URL(answer.headers.get("location") ?? "");
}

describe("a person's login at the embedded issuer", () => {
  let issuer: EmbeddedIssuer;
  let verifier: TokenVerifier;
  let clock: ManualClock;
  let flow: LoginFlow;
  /** Set by a test that tampers with the token endpoint's answer. */
  let tamper: (answer: Awaited<ReturnType<DocumentFetch>>) => Awaited<ReturnType<DocumentFetch>>;
  before(async () => {
    issuer = await EmbeddedIssuer.start();
    verifier = TokenVerifier.create({ issuers: [issuer.issuerConfig()], clock: systemClock });
  });
  after(async () => {
    verifier.close();
    await issuer.close();
  });
  beforeEach(() => {
    clock = new ManualClock();
    tamper = (answer) => answer;
    flow = new LoginFlow({
      issuer: issuer.issuerConfig(),
      clientId: issuer.clientId,
      redirectUri: REDIRECT,
      clock,
      fetch: async (request) =>
        request.form === undefined ? fetchDocument(request) : tamper(await fetchDocument(request)),
    });
  });
  afterEach(() => flow.close());

  it("ends with tokens of that person that the gateway takes", async () => {
    const { url } = await flow.begin();
    const back = await press(url, "reviewer");
    assert.equal(back.searchParams.get("iss"), issuer.issuer);
    const login = await flow.finish(back.searchParams);
    const principal = await verifier.verify(login.accessToken);
    assert.deepEqual(
      [principal.subject, principal.groups, principal.roles],
      ["reviewer", ["compliance"], ["caller", "reviewer"]],
    );
    assert.equal(principal.team, "compliance");
    await assert.rejects(verifier.verify(login.idToken ?? ""), {
      code: "unauthenticated",
      message: /ID token/,
    });
  });

  it("is refused for a forged state, a repeated callback, and one after ten minutes", async () => {
    const { url } = await flow.begin();
    const back = await press(url, "developer");
    await assert.rejects(flow.finish(new URLSearchParams({ code: "x", state: "forged" })), {
      code: "invalid_request",
    });
    await flow.finish(back.searchParams);
    await assert.rejects(flow.finish(back.searchParams), { code: "invalid_request" });
    const late = await press((await flow.begin()).url, "developer");
    clock.advance(600_000);
    await assert.rejects(flow.finish(late.searchParams), { code: "invalid_request", message: /begin again/ });
  });

  it("is refused when another issuer answers, or none is named", async () => {
    for (const iss of ["https://evil.example", null]) {
      const back = await press((await flow.begin()).url, "developer");
      if (iss === null) back.searchParams.delete("iss");
      else back.searchParams.set("iss", iss);
      await assert.rejects(flow.finish(back.searchParams), {
        code: "unauthenticated",
        message: /another issuer/,
      });
    }
  });

  it("is refused when the code was another login's: the verifier does not fit", async () => {
    const mine = await press((await flow.begin()).url, "developer");
    const stolen = await press((await flow.begin()).url, "operator");
    mine.searchParams.set("code", stolen.searchParams.get("code") ?? "");
    await assert.rejects(flow.finish(mine.searchParams), {
      code: "unauthenticated",
      message: /\(invalid_grant\)/,
    });
    await assert.rejects(
      flow.finish(stolen.searchParams),
      { message: /\(invalid_grant\)/ },
      "a code is spent by one try",
    );
  });

  it("is refused when the ID token is another login's, unsigned or missing", async () => {
    const first = await flow.finish((await press((await flow.begin()).url, "developer")).searchParams);
    for (const [idToken, message] of [
      [first.idToken, /another login \(nonce\)/],
      [`${first.idToken?.slice(0, -8)}AAAAAAAA`, /signature does not verify/],
      [first.accessToken, /audience/],
      [null, /no ID token/],
    ] as const) {
      tamper = (answer) => ({ ...answer, body: { ...answer.body, id_token: idToken ?? null } });
      const back = await press((await flow.begin()).url, "developer");
      await assert.rejects(flow.finish(back.searchParams), { code: "unauthenticated", message });
    }
  });

  it("says that the issuer refused, and repeats no text of the callback", async () => {
    const { state } = await flow.begin();
    const query = new URLSearchParams({
      error: "access_denied",
      error_description: "<b>x",
      state,
      iss: issuer.issuer,
    });
    await assert.rejects(flow.finish(query), {
      code: "unauthenticated",
      message: /refused the login \(access_denied\)/,
    });
    const odd = new URLSearchParams({
      error: "\u001b[31m",
      state: (await flow.begin()).state,
      iss: issuer.issuer,
    });
    await assert.rejects(flow.finish(odd), { message: /\(no reason given\)/ });
  });

  it("works from a terminal through a loopback address; a stray callback does not end it", async () => {
    const login = await loginOnLoopback({
      issuer: issuer.issuerConfig(),
      clientId: issuer.clientId,
      clock: systemClock,
      show: (url) => {
        void (async () => {
          const back = await press(url, "auditor");
          const stray = await fetch(new URL("/callback?state=forged&code=1", back));
          assert.equal(stray.status, 400);
          const page = await fetch(back);
          assert.match(await page.text(), /signed in/);
        })();
      },
    });
    assert.equal((await verifier.verify(login.accessToken)).subject, "auditor");
  });

  it("from a terminal ends when nobody comes, or on a cancel", async () => {
    const options = {
      issuer: issuer.issuerConfig(),
      clientId: issuer.clientId,
      clock: systemClock,
      show: () => undefined,
    };
    await assert.rejects(loginOnLoopback({ ...options, timeoutMs: 20 }), { code: "deadline_exceeded" });
    const signal = AbortSignal.timeout(20);
    await assert.rejects(loginOnLoopback({ ...options, signal }), { code: "cancelled" });
  });
});

describe("the embedded issuer", () => {
  let issuer: EmbeddedIssuer;
  before(async () => {
    issuer = await EmbeddedIssuer.start({ algorithm: "ES256", redirectUris: ["http://127.0.0.1/callback"] });
  });
  after(() => issuer.close());
  const authorize = (changes: Record<string, string | null>) => {
    const query = new URLSearchParams({
      response_type: "code",
      client_id: issuer.clientId,
      redirect_uri: REDIRECT,
      code_challenge: "x".repeat(43),
      code_challenge_method: "S256",
    });
    for (const [name, value] of Object.entries(changes))
      value === null ? query.delete(name) : query.set(name, value);
    return fetch(`${issuer.issuer}/authorize?${query}`, { redirect: "manual" });
  };

  it("gives another process of the same user tokens from its state", async () => {
    const verifier = TokenVerifier.create({ issuers: [issuer.issuerConfig()], clock: systemClock });
    const state = parseIssuerState(JSON.parse(JSON.stringify(issuer.state())));
    const principal = await verifier.verify(await tokenFromState(state, "operator"));
    assert.deepEqual(principal.roles, ["caller", "operator"]);
    await assert.rejects(tokenFromState(state, "mallory"), {
      code: "invalid_request",
      message: /it knows: developer/,
    });
    verifier.close();
  });

  it("publishes no private part of its key", async () => {
    const { keys } = (await (await fetch(`${issuer.issuer}/jwks`)).json()) as {
      keys: Record<string, string>[];
    };
    assert.deepEqual(Object.keys(keys[0] ?? {}).sort(), ["alg", "crv", "kid", "kty", "use", "x", "y"]);
  });

  it("lets a test override any claim", async () => {
    assert.equal(decodeJwt(await issuer.token("developer", { exp: 5, groups: [] })).exp, 5);
  });

  for (const [name, changes] of [
    ["a redirect elsewhere", { redirect_uri: "https://evil.example/callback" }],
    ["a loopback redirect to another path", { redirect_uri: "http://127.0.0.1:9/other" }],
    [
      "a redirect to a name that looks like loopback",
      { redirect_uri: "http://127.0.0.1.evil.example/callback" },
    ],
    ["an unknown client", { client_id: "other" }],
    ["no PKCE", { code_challenge: null }],
    ["plain PKCE", { code_challenge_method: "plain" }],
    ["the implicit flow", { response_type: "token" }],
  ] as const) {
    it(`shows no login, and redirects nowhere, for ${name}`, async () => {
      const answer = await authorize(changes);
      assert.equal(answer.status, 400);
      assert.equal(answer.headers.get("location"), null);
    });
  }

  it("escapes what it carries into its page", async () => {
    const answer = await authorize({ state: '"><script>alert(1)</script>' });
    assert.equal(answer.status, 200);
    assert.ok(!(await answer.text()).includes("<script>"));
    assert.match(answer.headers.get("content-security-policy") ?? "", /default-src 'none'/);
  });

  it("answers under loopback names only, against DNS rebinding", async () => {
    const { request } = await import("node:http");
    const status = await new Promise((resolve) => {
      request(`${issuer.issuer}/jwks`, { headers: { host: "evil.example" } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).end();
    });
    assert.equal(status, 403);
  });

  it("lets only registered origins read its token endpoint", async () => {
    const allowed = async (origin: string) =>
      (
        await fetch(`${issuer.issuer}/token`, {
          method: "POST",
          headers: { origin },
          body: new URLSearchParams(),
        })
      ).headers.get("access-control-allow-origin");
    assert.equal(await allowed("https://evil.example"), null);
    assert.equal(await allowed("http://127.0.0.1:4000"), "http://127.0.0.1:4000");
  });
});
