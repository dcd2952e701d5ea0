import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { ISSUER_DEFAULTS, type IssuerConfig } from "../../src/domain/issuer.js";

interface TestKey {
  readonly kid: string;
  readonly privateKey: Awaited<ReturnType<typeof generateKeyPair>>["privateKey"];
  readonly jwk: JWK;
}

/** A provider over real sockets that a test can make do anything. */
export class HostileIssuer {
  readonly #server: Server;
  readonly url: string;
  /** What `/jwks` answers; the keys by default. */
  answer: "keys" | "hang" | "error" | "redirect" | "huge" | "garbage" | "empty" = "keys";
  /** Overrides members of the discovery document. */
  discovery: Record<string, unknown> = {};
  keys: TestKey[] = [];
  extraKeys: JWK[] = [];
  jwksRequests = 0;
  discoveryRequests = 0;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  static async start(): Promise<HostileIssuer> {
    const holder: { issuer: HostileIssuer | null } = { issuer: null };
    const server = createServer((request, response) => holder.issuer?.handle(request.url ?? "", response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const issuer = new HostileIssuer(server, `http://127.0.0.1:${port}`);
    holder.issuer = issuer;
    await issuer.addKey("k1");
    return issuer;
  }

  async addKey(kid: string, algorithm = "ES256"): Promise<TestKey> {
    const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
    const key = {
      kid,
      privateKey,
      jwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: "sig" },
    };
    this.keys.push(key);
    return key;
  }

  config(overrides: Partial<IssuerConfig> = {}): IssuerConfig {
    return {
      ...ISSUER_DEFAULTS,
      issuer: this.url,
      audiences: ["sluice"],
      timeoutMs: 300,
      claims: { ...ISSUER_DEFAULTS.claims, groups: "groups" },
      ...overrides,
    };
  }

  /** A token that is right unless the test says otherwise; a claim of `undefined` is left out. */
  async token(
    claims: Record<string, unknown> = {},
    options: { key?: TestKey; header?: object; nowMs?: number } = {},
  ): Promise<string> {
    const key = options.key ?? this.keys[0];
    if (key === undefined) throw new Error("no key");
    const nowS = Math.floor((options.nowMs ?? Date.now()) / 1000);
    const all = { iss: this.url, sub: "ada", aud: "sluice", iat: nowS, exp: nowS + 600, ...claims };
    return new SignJWT(JSON.parse(JSON.stringify(all)))
      .setProtectedHeader({ alg: key.jwk.alg ?? "ES256", kid: key.kid, ...options.header })
      .sign(key.privateKey);
  }

  handle(path: string, response: import("node:http").ServerResponse): void {
    const json = (body: unknown) =>
      response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    if (path === "/.well-known/openid-configuration") {
      this.discoveryRequests += 1;
      json({ issuer: this.url, jwks_uri: `${this.url}/jwks`, ...this.discovery });
      return;
    }
    this.jwksRequests += 1;
    switch (this.answer) {
      case "keys":
        json({ keys: [...this.extraKeys, ...this.keys.map((key) => key.jwk)] });
        return;
      case "hang":
        return;
      case "error":
        response.writeHead(503).end("down");
        return;
      case "redirect":
        response.writeHead(302, { location: `${this.url}/elsewhere` }).end();
        return;
      case "huge":
        json({ keys: this.keys.map((key) => key.jwk), padding: "x".repeat(2 << 20) });
        return;
      case "garbage":
        response.end("<html>");
        return;
      case "empty":
        json({ keys: [] });
    }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
