import {
  Client,
  type ClientReadableStream,
  credentials,
  Metadata,
  type MethodDefinition,
  type ServiceError,
} from "@grpc/grpc-js";
import type { PackageDefinition } from "@grpc/proto-loader";
import { SluiceError } from "../domain/errors.js";
import { isJsonObject, type JsonObject } from "../domain/json.js";
import { loadContract } from "../frontends/grpc/contract.js";
import type { Target } from "./target.js";
import { fromServiceError } from "./wire-error.js";

export interface GatewayClientOptions {
  readonly target: Target;
  readonly token: string;
  /** PEM of the authorities that may certify the gateway; null: the system's. */
  readonly ca: string | null;
  /** For each call that answers once; for a stream only where the user asked for it. Null: 30 s, none. */
  readonly timeoutMs: number | null;
  /** Cancels every call. */
  readonly signal: AbortSignal;
}

export type ServiceName = "Completions" | "Sessions" | "Approvals" | "Policies";

const UNARY_TIMEOUT_MS = 30_000;
const FINAL_TIMEOUT_MS = 2_000;
const MAX_MESSAGE_BYTES = 64 << 20;

/** Calls a running gateway by its contract. Failures are `SluiceError`s with the gateway's own codes. */
export class GatewayClient {
  readonly #options: GatewayClientOptions;
  readonly #contract: PackageDefinition;
  readonly #client: Client;
  readonly #metadata = new Metadata();

  constructor(options: GatewayClientOptions) {
    const { target, token, ca } = options;
    this.#options = options;
    this.#contract = loadContract();
    const channel = target.isPlain
      ? credentials.createInsecure()
      : credentials.createSsl(ca === null ? null : Buffer.from(ca));
    this.#client = new Client(target.address, channel, {
      "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    });
    this.#metadata.set("authorization", `Bearer ${token}`);
  }

  /** A call that answers once. */
  call(service: ServiceName, method: string, request: JsonObject): Promise<JsonObject> {
    const { signal, timeoutMs } = this.#options;
    return this.#once([service, method, request], { signal, timeoutMs: timeoutMs ?? UNARY_TIMEOUT_MS });
  }

  /** A last word while everything is being cancelled: tried for a short while, and what it fails with is lost. */
  async finalCall(service: ServiceName, method: string, request: JsonObject): Promise<void> {
    const patience = { signal: new AbortController().signal, timeoutMs: FINAL_TIMEOUT_MS };
    await this.#once([service, method, request], patience).catch(() => {});
  }

  #once(
    [service, method, request]: readonly [ServiceName, string, JsonObject],
    { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
  ): Promise<JsonObject> {
    const { target } = this.#options;
    const { path, requestSerialize, responseDeserialize } = this.#method(service, method);
    return new Promise((resolve, reject) => {
      const call = this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        this.#metadata,
        { deadline: Date.now() + timeoutMs },
        (error: ServiceError | null, message?: object) => {
          signal.removeEventListener("abort", cancel);
          if (error !== null) reject(fromServiceError(error, target.address));
          else if (isJsonObject(message)) resolve(message);
          else reject(new SluiceError("upstream_broken", "The gateway answered with nothing."));
        },
      );
      const cancel = (): void => call.cancel();
      if (signal.aborted) cancel();
      else signal.addEventListener("abort", cancel, { once: true });
    });
  }

  /** A call that answers with a stream; leaving the loop cancels it. */
  async *stream(service: ServiceName, method: string, request: JsonObject): AsyncGenerator<JsonObject> {
    const { signal, timeoutMs, target } = this.#options;
    const { path, requestSerialize, responseDeserialize } = this.#method(service, method);
    const call: ClientReadableStream<object> = this.#client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      this.#metadata,
      timeoutMs === null ? {} : { deadline: Date.now() + timeoutMs },
    );
    const cancel = (): void => call.cancel();
    if (signal.aborted) cancel();
    else signal.addEventListener("abort", cancel, { once: true });
    try {
      for await (const message of call) if (isJsonObject(message)) yield message;
    } catch (thrown) {
      throw isServiceError(thrown) ? fromServiceError(thrown, target.address) : thrown;
    } finally {
      signal.removeEventListener("abort", cancel);
      // What a cancelled call still reports has no reader.
      call.on("error", () => {});
      call.cancel();
    }
  }

  /** Events of a log, one by one. */
  async *events(service: ServiceName, method: string, request: JsonObject): AsyncGenerator<JsonObject> {
    for await (const { events } of this.stream(service, method, request)) {
      if (Array.isArray(events)) for (const event of events) if (isJsonObject(event)) yield event;
    }
  }

  close(): void {
    this.#client.close();
  }

  #method(service: ServiceName, method: string): MethodDefinition<object, object> {
    const found = this.#contract[`sluice.v1.${service}`];
    const definition = found === undefined || "format" in found ? undefined : found[method];
    if (definition === undefined)
      throw new SluiceError("internal", `The contract lacks ${service}.${method}.`);
    return definition;
  }
}

function isServiceError(thrown: unknown): thrown is ServiceError {
  return thrown instanceof Error && "code" in thrown && "details" in thrown;
}
