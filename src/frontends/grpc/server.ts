import { logVerbosity, Server, ServerCredentials, type ServerOptions, setLogVerbosity } from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";
import { SluiceError } from "../../domain/errors.js";
import type { FrontEnd, FrontEndDeps, ListenAddress, TlsMaterial } from "../front-end.js";
import { approvals } from "./approvals.js";
import { completions, stalled } from "./complete.js";
import { loadContract, serializerOf, serviceOf } from "./contract.js";
import { readDescriptors } from "./descriptor-index.js";
import { eventBatchCodec } from "./event-batch.js";
import { policies } from "./policies.js";
import { addReflection } from "./reflection.js";
import { GrpcRoom } from "./room.js";
import { sessions } from "./sessions.js";

export interface GrpcLimits {
  /** Largest request. Default 4 MiB, grpc's own. */
  readonly messageBytes: number;
  /** How long a client may accept nothing. Default 60 s. */
  readonly stallTimeoutMs: number;
  /** Calls at one time on one connection. Default 1,000. */
  readonly streamsPerConnection: number;
  /** How often an idle connection is asked whether it lives, and how long it may take. Default 60 and 20 s. */
  readonly keepaliveMs: number;
  readonly keepaliveTimeoutMs: number;
}

export const DEFAULT_GRPC_LIMITS: GrpcLimits = {
  messageBytes: 4 * 1024 * 1024,
  stallTimeoutMs: 60_000,
  streamsPerConnection: 1_000,
  keepaliveMs: 60_000,
  keepaliveTimeoutMs: 20_000,
};

export interface GrpcFrontEndOptions {
  readonly limits?: Partial<GrpcLimits>;
  readonly tls?: TlsMaterial | null;
}

const SERVICES = ["Completions", "Sessions", "Approvals", "Policies"].map((name) => `sluice.v1.${name}`);
/** Tokens of some providers exceed the 16 KiB that Node grants all headers. */
const MAX_HEADER_BYTES = 64 * 1024;

/** How long clients have to take their last status when the gateway goes down. */
const CLOSE_WAIT_MS = 500;

export function createGrpcFrontEnd(deps: FrontEndDeps, options: GrpcFrontEndOptions = {}): FrontEnd {
  return new GrpcFrontEnd(deps, options);
}

class GrpcFrontEnd implements FrontEnd {
  readonly #room: GrpcRoom;
  readonly #server: Server;
  readonly #health: HealthImplementation;
  readonly #tls: TlsMaterial | null;
  #address: ListenAddress | null = null;

  constructor(deps: FrontEndDeps, options: GrpcFrontEndOptions) {
    const limits = { ...DEFAULT_GRPC_LIMITS, ...options.limits };
    // grpc-js writes to stderr by itself; what matters comes back as an error and is told once.
    setLogVerbosity(logVerbosity.NONE);
    const contract = loadContract();
    const codec = eventBatchCodec(serializerOf(contract, "sluice.v1.Event"));
    this.#tls = options.tls ?? null;
    this.#room = new GrpcRoom(deps, { codec, stallTimeoutMs: limits.stallTimeoutMs, stalled });
    this.#server = new Server(serverOptions(limits));
    this.#server.addService(serviceOf(contract, "sluice.v1.Completions"), completions(this.#room));
    this.#server.addService(serviceOf(contract, "sluice.v1.Sessions"), sessions(this.#room));
    this.#server.addService(serviceOf(contract, "sluice.v1.Approvals"), approvals(this.#room));
    this.#server.addService(serviceOf(contract, "sluice.v1.Policies"), policies(this.#room));
    this.#health = new HealthImplementation();
    this.#setHealth("SERVING");
    this.#health.addToServer(this.#server);
    addReflection(this.#server, readDescriptors());
  }

  #setHealth(state: "SERVING" | "NOT_SERVING"): void {
    for (const service of ["", ...SERVICES]) this.#health.setStatus(service, state);
  }

  get address(): ListenAddress | null {
    return this.#address;
  }

  listen({ host, port }: ListenAddress): Promise<ListenAddress> {
    const name = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(name, credentialsOf(this.#tls), (error, bound) => {
        if (error !== null) {
          reject(new SluiceError("invalid_config", `Cannot listen on ${name}: ${whyNot(error)}.`));
          return;
        }
        this.#address = { host, port: bound };
        resolve(this.#address);
      });
    });
  }

  /** GOAWAY to every connection; calls that are open go on. */
  drain(): Promise<void> {
    this.#setHealth("NOT_SERVING");
    return new Promise((resolve) => this.#server.tryShutdown(() => resolve()));
  }

  async close(): Promise<void> {
    this.#setHealth("NOT_SERVING");
    this.#room.failAll(new SluiceError("shutdown", "The gateway is shutting down."));
    // The statuses just given must leave before the connections are torn.
    await new Promise<void>((resolve) => {
      const cancel = this.#room.deps.clock.after(CLOSE_WAIT_MS, resolve);
      this.#server.tryShutdown(() => {
        cancel();
        resolve();
      });
    });
    this.#server.forceShutdown();
  }
}

function serverOptions(limits: GrpcLimits): ServerOptions {
  return {
    "grpc.max_receive_message_length": limits.messageBytes,
    "grpc.max_concurrent_streams": limits.streamsPerConnection,
    "grpc.keepalive_time_ms": limits.keepaliveMs,
    "grpc.keepalive_timeout_ms": limits.keepaliveTimeoutMs,
    "grpc.max_metadata_size": MAX_HEADER_BYTES,
  };
}

function credentialsOf(tls: TlsMaterial | null): ServerCredentials {
  if (tls === null) return ServerCredentials.createInsecure();
  const ca = tls.clientCa === undefined ? null : Buffer.from(tls.clientCa);
  const pair = { private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) };
  return ServerCredentials.createSsl(ca, [pair], ca !== null);
}

function whyNot(error: Error): string {
  return error.message.includes("EADDRINUSE") ? "the port is in use" : "the address cannot be had";
}
