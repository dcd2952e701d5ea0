import type { Dispatcher } from "undici";
import type { DecoderLimits, UpstreamDialect } from "../dialects/dialect.js";
import type { DialectName } from "../domain/entry.js";
import { SluiceError } from "../domain/errors.js";
import type { Clock } from "../domain/time.js";
import { type AnswerHead, singleHeaders } from "./answer-head.js";
import type { CallHost, CallOutcome, PreparedCall, UpstreamTimeouts } from "./call-host.js";
import { ConnectionPool } from "./connection-pool.js";
import { DeadlineWatch } from "./deadline-watch.js";
import { DeliveryTurns } from "./delivery-turns.js";
import { createDialer, proxyCredential } from "./dialer.js";
import { HttpCall } from "./http-call.js";
import { CallPlaces, OpenCalls } from "./open-calls.js";
import { refusedCall } from "./refused-call.js";
import type { Upstream, UpstreamCall, UpstreamHandler, UpstreamStatus, UpstreamStream } from "./upstream.js";
import {
  callPath,
  credentialHeader,
  isHeaderValue,
  parseExtraHeaders,
  parseTarget,
  type UpstreamTarget,
} from "./upstream-target.js";

export interface HttpUpstreamOptions {
  /** Name of the connection; a Permit must name it too. */
  readonly name: string;
  readonly dialect: UpstreamDialect;
  /** Base URL; no credential, query or fragment in it. */
  readonly url: string;
  /** Read before every call, so that a rotated credential takes effect at once. Empty: none is sent. */
  readonly credential: () => Promise<string> | string;
  /** Sent with every call, beside the dialect's own. */
  readonly headers: Readonly<Record<string, string>>;
  readonly limits: DecoderLimits;
  readonly timeouts: UpstreamTimeouts;
  /** Version that Azure wants in every call; null elsewhere. */
  readonly apiVersion: string | null;
  /** Calls at once; more are refused as overloaded. */
  readonly maxConcurrent: number;
  /** Shared by the upstreams of one connection, so that the limit is the connection's. Default: its own. */
  readonly places?: CallPlaces;
  readonly clock: Clock;
  /** Egress proxy: `http://` or `https://`, with a user where it needs one. Default: none. */
  readonly proxy?: string | null;
  /** PEM of the authorities that may certify the host. Default: the system's. */
  readonly ca?: string | null;
  /** Response fields beyond the dialect's that pass as masked channels. Default: none. */
  readonly passFields?: readonly string[];
  /** Model as the upstream names it. Default: as the permit does. */
  readonly upstreamModel?: (model: string) => string;
}

const MAX_IDLE = 64;

/**
 * A model behind HTTP. Redirects are not followed, compression is not asked for, and nothing of the
 * upstream's headers or error bodies passes but status, code and request id.
 * @throws SluiceError `invalid_config` for a URL, proxy or header that cannot be used.
 */
export function createHttpUpstream(options: HttpUpstreamOptions): Upstream {
  return new HttpUpstream(options);
}

class HttpUpstream implements Upstream {
  readonly name: string;
  readonly dialect: DialectName;
  readonly #options: HttpUpstreamOptions;
  readonly #target: UpstreamTarget;
  readonly #extra: Readonly<Record<string, string>>;
  readonly #pool: ConnectionPool;
  readonly #watch: DeadlineWatch;
  readonly #turns = new DeliveryTurns();
  /** Requests to an http origin go to the proxy in absolute form (RFC 9112 section 3.2.2). */
  readonly #plainProxy: URL | null;
  readonly #calls: OpenCalls<HttpCall>;

  constructor(options: HttpUpstreamOptions) {
    const { name, timeouts } = options;
    this.name = name;
    this.dialect = options.dialect.name;
    this.#options = options;
    const { clock, places = new CallPlaces(options.maxConcurrent) } = options;
    this.#calls = new OpenCalls(name, { places, clock });
    this.#target = parseTarget(name, options.url);
    this.#extra = parseExtraHeaders(name, options.headers);
    const proxy = parseProxy(name, options.proxy ?? null);
    const { origin } = this.#target;
    this.#plainProxy = origin.protocol === "http:" ? proxy : null;
    const dial = createDialer({ origin, ca: options.ca ?? null, proxy });
    this.#pool = new ConnectionPool(origin, dial, Math.min(MAX_IDLE, options.maxConcurrent));
    const shortestMs = Math.min(
      timeouts.connectMs,
      timeouts.firstTokenMs,
      timeouts.progressMs,
      timeouts.totalMs,
    );
    this.#watch = new DeadlineWatch(options.clock, shortestMs);
  }

  open(call: UpstreamCall, handler: UpstreamHandler): UpstreamStream {
    const refusal = this.#calls.refusal(call.permit);
    if (refusal !== null) return refusedCall(refusal, handler);
    const ended = (outcome: CallOutcome) => {
      this.#calls.remove(made);
      if (outcome !== "aborted") this.#calls.note(outcome === "whole" ? null : outcome.code);
    };
    const made: HttpCall = new HttpCall({ ...this.#host(call), ended }, handler);
    this.#calls.add(made);
    return made;
  }

  status(): UpstreamStatus {
    return this.#calls.status();
  }

  async close(): Promise<void> {
    await this.#calls.close();
    await this.#pool.close();
  }

  #host(call: UpstreamCall): Omit<CallHost, "ended"> {
    const { clock, timeouts, limits, dialect } = this.#options;
    return {
      dialect: this.dialect,
      clock,
      timeouts,
      totalBytes: limits.totalBytes,
      pool: this.#pool,
      watch: this.#watch,
      turns: this.#turns,
      prepare: () => this.#prepare(call),
      refusal: (head: AnswerHead, body: Buffer) => {
        const readable = (singleHeaders(head)["content-encoding"] ?? "identity") === "identity";
        return dialect.error(head.status, singleHeaders(head), readable ? body : Buffer.alloc(0));
      },
    };
  }

  async #prepare(call: UpstreamCall): Promise<PreparedCall> {
    const { dialect, apiVersion, limits, upstreamModel } = this.#options;
    const { request, permit } = call;
    const model = upstreamModel === undefined ? permit.model : upstreamModel(permit.model);
    const built = dialect.build(request, { model, maxTokens: call.maxTokens, apiVersion });
    const path = callPath(this.#target, built);
    const decoderOptions = { request, limits, echo: call.echo, passFields: this.#options.passFields ?? [] };
    const headers: Record<string, string> = {
      "user-agent": "sluice",
      accept: request.stream ? "text/event-stream, application/x-ndjson" : "application/json",
      ...built.headers,
      ...this.#extra,
      ...credentialHeader(this.dialect, apiVersion, await this.#credential()),
      ...(call.traceparent === null ? {} : { traceparent: call.traceparent }),
      ...(this.#plainProxy === null ? {} : proxyCredential(this.#plainProxy)),
      "content-type": "application/json",
      "accept-encoding": "identity",
    };
    const dispatch: Dispatcher.DispatchOptions = {
      method: "POST",
      path: this.#plainProxy === null ? path : this.#target.origin.origin + path,
      headers,
      body: built.body,
    };
    const decoder = request.stream
      ? dialect.streamDecoder(decoderOptions)
      : dialect.plainDecoder(decoderOptions);
    return { dispatch, stream: request.stream, decoder };
  }

  async #credential(): Promise<string> {
    let text: string;
    try {
      text = (await this.#options.credential()).trim();
    } catch {
      // What a secret store throws may hold the secret's name or more: it goes nowhere.
      throw new SluiceError(
        "upstream_unavailable",
        "The credential of the model's connection could not be read.",
      );
    }
    if (isHeaderValue(text)) return text;
    throw new SluiceError("upstream_unavailable", "The credential of the model's connection is not usable.");
  }
}

function parseProxy(connection: string, proxy: string | null): URL | null {
  if (proxy === null) return null;
  const parsed = URL.canParse(proxy) ? new URL(proxy) : null;
  if (parsed !== null && (parsed.protocol === "http:" || parsed.protocol === "https:")) return parsed;
  const message = `Connection ${JSON.stringify(connection)}: proxy is not an http or https URL.`;
  throw new SluiceError("invalid_config", message, { field: "proxy" });
}
