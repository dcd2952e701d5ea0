import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";
import { ISSUER_DEFAULTS, type IssuerConfig } from "../../src/domain/issuer.js";
import { systemClock } from "../../src/domain/time.js";
import { LoginFlow } from "../../src/identity/login-flow.js";
import { TokenVerifier } from "../../src/identity/token-verifier.js";

const RESOURCE = "urn:sluice";
const REDIRECT = "http://127.0.0.1:9/callback";

/** Panva's oidc-provider, a certified OpenID provider, as a company would run one. */
describe("a real OpenID provider", () => {
  let server: Server;
  let url = "";
  let verifier: TokenVerifier;
  let config: IssuerConfig;

  before(async () => {
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("request", await provider(url));
    config = {
      ...ISSUER_DEFAULTS,
      issuer: url,
      audiences: [RESOURCE],
      typ: "at+jwt",
      claims: {
        ...ISSUER_DEFAULTS.claims,
        groups: "groups",
        team: "team",
        attributes: { client: "client_id" },
      },
      roles: { ...ISSUER_DEFAULTS.roles, reviewer: ["compliance"] },
    };
    verifier = TokenVerifier.create({ issuers: [config], clock: systemClock });
  });
  after(async () => {
    verifier.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it("gives a service a token that becomes a principal", async () => {
    const answer = await fetch(`${url}/token`, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from("service:service-secret").toString("base64")}` },
      body: new URLSearchParams({ grant_type: "client_credentials", resource: RESOURCE }),
    });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const principal = await verifier.verify(token);
    assert.deepEqual(
      [principal.issuer, principal.subject, principal.attributes],
      [url, "service", { client: "service" }],
    );
    assert.deepEqual(
      verifier.status().map(({ state, jwksUri }) => [state, jwksUri]),
      [["fresh", `${url}/jwks`]],
    );
  });

  it("logs a person in by authorization code with PKCE, and the ID token is no way in", async () => {
    const flow = new LoginFlow({
      issuer: config,
      clientId: "console",
      redirectUri: REDIRECT,
      parameters: { resource: RESOURCE },
      clock: systemClock,
    });
    const login = await flow.finish(await walk((await flow.begin()).url, "ada"));
    const principal = await verifier.verify(login.accessToken);
    assert.deepEqual(
      [principal.subject, principal.groups, principal.team],
      ["ada", ["compliance"], "finance"],
    );
    assert.deepEqual(principal.roles, ["caller", "reviewer"]);
    assert.ok(login.idToken);
    await assert.rejects(verifier.verify(login.idToken), { code: "unauthenticated" });
    flow.close();
  });
});

async function provider(issuer: string) {
  const key = async (algorithm: string, kid: string) => {
    const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
    return { ...(await exportJWK(privateKey)), kid, alg: algorithm, use: "sig" };
  };
  const made = new Provider(issuer, {
    jwks: { keys: [await key("RS256", "r1"), await key("ES256", "e1")] },
    cookies: { keys: ["a test"] },
    clients: [
      {
        client_id: "service",
        client_secret: "service-secret",
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
      },
      {
        client_id: "console",
        application_type: "native",
        token_endpoint_auth_method: "none",
        grant_types: ["authorization_code"],
        redirect_uris: ["http://127.0.0.1/callback"],
      },
    ],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: "",
          audience: RESOURCE,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "ES256" } },
        }),
        useGrantedResource: () => true,
      },
    },
    extraTokenClaims: () => ({ groups: ["compliance"], team: "finance" }),
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    ttl: {
      AccessToken: 600,
      ClientCredentials: 600,
      Grant: 600,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
    },
  });
  // Its warnings about a development setup are no news for a test.
  made.on("error", () => undefined);
  return made.callback();
}

/** Follows the provider's pages as a browser with cookies would: login, consent, back to the client. */
async function walk(start: string, login: string): Promise<URLSearchParams> {
  const cookies = new Map<string, string>();
  let next: { url: string; form: URLSearchParams | null } = { url: start, form: null };
  for (let step = 0; step < 20; step++) {
    if (next.url.startsWith(REDIRECT)) return new URL(next.url).searchParams;
    const answer: Response = await fetch(next.url, {
      redirect: "manual",
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
      ...(next.form !== null && { method: "POST", body: next.form }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name !== undefined) cookies.set(name, value ?? "");
    }
    const location = answer.headers.get("location");
    const page = await answer.text();
    const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1];
    if (location !== null) next = { url: new URL(location, next.url).href, form: null };
    else if (action !== undefined) {
      const prompt = /name="prompt" value="([^"]+)"/.exec(page)?.[1] ?? "";
      next = {
        url: new URL(action, next.url).href,
        form: new URLSearchParams({ prompt, login, password: "any" }),
      };
    } else assert.fail(`the provider answered ${answer.status}: ${page.slice(0, 300)}`);
  }
  return assert.fail("the login did not come back");
}
