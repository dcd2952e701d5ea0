import type { IncomingMessage, ServerResponse } from "node:http";
import { isLoopbackHost } from "../domain/loopback.js";
import type { AuthorizationCodes } from "./authorization-codes.js";
import type { DemoUser } from "./demo-users.js";
import { chooserPage, pageHeaders } from "./embedded-pages.js";

/** What the endpoints need to know of their issuer. */
export interface EndpointsDeps {
  readonly issuer: () => string;
  readonly clientId: string;
  readonly redirectUris: readonly string[];
  readonly users: readonly DemoUser[];
  readonly codes: AuthorizationCodes;
  readonly jwks: () => object;
  readonly discovery: () => object;
  /** The answer of the token endpoint for a redeemed code. */
  readonly tokens: (user: DemoUser, nonce: string | null) => Promise<object>;
}

const MAX_BODY_BYTES = 8_192;
const REQUEST_FIELDS = [
  "response_type",
  "client_id",
  "redirect_uri",
  "scope",
  "state",
  "nonce",
  "code_challenge",
  "code_challenge_method",
] as const;

/** Answers one request of the embedded issuer. Never rejects. */
export async function serveIssuer(
  deps: EndpointsDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    // A page that rebinds its own name to 127.0.0.1 shows that name here.
    const host = parseHost(request.headers.host);
    if (host === null || !isLoopbackHost(host.hostname))
      return fail(response, 403, "invalid_request", "unexpected host");
    const url = new URL(request.url ?? "/", "http://issuer.invalid");
    await route(deps, { request, response, url });
  } catch {
    if (!response.headersSent) fail(response, 400, "invalid_request", "the request cannot be read");
    else response.destroy();
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

async function route(deps: EndpointsDeps, exchange: Exchange): Promise<void> {
  const { request, response, url } = exchange;
  switch (`${request.method} ${url.pathname}`) {
    case "GET /.well-known/openid-configuration":
      return json(response, 200, deps.discovery());
    case "GET /jwks":
      return json(response, 200, deps.jwks());
    case "GET /authorize":
      return showChooser(deps, exchange);
    case "POST /authorize":
      return decide(deps, response, await readForm(request));
    case "POST /token":
      allowOrigin(deps, request, response);
      return exchangeCode(deps, response, await readForm(request));
    default:
      return fail(response, 404, "invalid_request", "no such endpoint");
  }
}

function showChooser(deps: EndpointsDeps, { response, url }: Exchange): undefined {
  const problem = authorizationProblem(deps, url.searchParams);
  if (problem !== null) return fail(response, 400, "invalid_request", problem);
  const carried: Record<string, string> = {};
  for (const name of REQUEST_FIELDS) {
    const value = url.searchParams.get(name);
    if (value !== null) carried[name] = value;
  }
  const origin = new URL(carried["redirect_uri"] ?? "").origin;
  response.writeHead(200, pageHeaders(origin)).end(chooserPage(deps.users, carried));
}

function decide(deps: EndpointsDeps, response: ServerResponse, form: URLSearchParams): undefined {
  const problem = authorizationProblem(deps, form);
  if (problem !== null) return fail(response, 400, "invalid_request", problem);
  const user = deps.users.find((known) => known.name === form.get("user"));
  if (user === undefined) return fail(response, 400, "invalid_request", "no such user");
  const redirectUri = form.get("redirect_uri") ?? "";
  const code = deps.codes.issue({
    user: user.name,
    clientId: form.get("client_id") ?? "",
    redirectUri,
    challenge: form.get("code_challenge") ?? "",
    nonce: form.get("nonce"),
  });
  const target = new URL(redirectUri);
  target.searchParams.set("code", code);
  const state = form.get("state");
  if (state !== null) target.searchParams.set("state", state);
  // RFC 9207: the client sees which issuer answered.
  target.searchParams.set("iss", deps.issuer());
  response.writeHead(303, { location: target.href, "cache-control": "no-store" }).end();
}

async function exchangeCode(
  deps: EndpointsDeps,
  response: ServerResponse,
  form: URLSearchParams,
): Promise<void> {
  if (form.get("grant_type") !== "authorization_code") {
    return fail(response, 400, "unsupported_grant_type", "only authorization_code");
  }
  const grant = deps.codes.redeem(form.get("code") ?? "", {
    clientId: form.get("client_id") ?? "",
    redirectUri: form.get("redirect_uri") ?? "",
    verifier: form.get("code_verifier") ?? "",
  });
  const user = deps.users.find((known) => known.name === grant?.user);
  if (grant === null || user === undefined)
    return fail(response, 400, "invalid_grant", "the code does not fit");
  return json(response, 200, await deps.tokens(user, grant.nonce));
}

/** What is wrong with an authorization request, or null. None is answered by a redirect: an address that
 *  was not checked must not be redirected to. */
function authorizationProblem(deps: EndpointsDeps, query: URLSearchParams): string | null {
  if (query.get("client_id") !== deps.clientId) return "unknown client_id";
  if (!redirectAllowed(deps.redirectUris, query.get("redirect_uri") ?? ""))
    return "redirect_uri is not registered";
  if (query.get("response_type") !== "code") return "response_type must be code";
  if (query.get("code_challenge_method") !== "S256")
    return "code_challenge_method must be S256 (PKCE is required)";
  if (!/^[\w-]{43}$/.test(query.get("code_challenge") ?? ""))
    return "code_challenge must be 43 characters of base64url";
  return null;
}

function redirectAllowed(registered: readonly string[], uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const asked = new URL(uri);
  return registered.some((entry) => {
    if (entry === uri) return true;
    const known = new URL(entry);
    // RFC 8252 section 7.3: a native client cannot know its loopback port beforehand.
    const loopback = known.protocol === "http:" && isLoopbackHost(known.hostname) && known.port === "";
    return (
      loopback &&
      asked.protocol === "http:" &&
      asked.hostname === known.hostname &&
      asked.pathname === known.pathname &&
      asked.hash === ""
    );
  });
}

/** A console in a browser exchanges its code from its own origin. */
function allowOrigin(deps: EndpointsDeps, request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers;
  if (origin === undefined || !URL.canParse(origin)) return;
  const known = deps.redirectUris.some((uri) => {
    const registered = new URL(uri);
    return (
      registered.origin === origin ||
      (registered.port === "" && registered.hostname === new URL(origin).hostname)
    );
  });
  if (known) response.setHeader("access-control-allow-origin", origin).setHeader("vary", "origin");
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error("the form is too long");
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
}

function parseHost(host: string | undefined): URL | null {
  return host !== undefined && URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : null;
}

function json(response: ServerResponse, status: number, body: object): undefined {
  response
    .writeHead(status, { "content-type": "application/json", "cache-control": "no-store" })
    .end(JSON.stringify(body));
}

function fail(response: ServerResponse, status: number, error: string, description: string): undefined {
  json(response, status, { error, error_description: description });
}
