import {
  type ClientReadableStream,
  credentials,
  Metadata,
  makeClientConstructor,
  type ServiceError,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import {
  decodeRichStatus,
  type ErrorInfo,
  RICH_STATUS_KEY,
} from "../../../src/frontends/grpc/rich-status.js";
import {
  type Asking,
  type EventLike,
  type Reading,
  type Seen,
  SeenSoFar,
  type Way,
} from "../../contracts/way.js";

interface Batch {
  readonly events: readonly EventLike[];
}

const contract = loadSync(
  [
    "sluice/v1/completions.proto",
    "sluice/v1/sessions.proto",
    "sluice/v1/approvals.proto",
    "sluice/v1/policies.proto",
  ],
  {
    includeDirs: ["proto"],
    keepCase: false,
    enums: String,
    longs: String,
    arrays: true,
    oneofs: true,
  },
);

export function serviceDefinition(name: string): Parameters<typeof makeClientConstructor>[0] {
  const found = contract[`sluice.v1.${name}`];
  if (found === undefined || "format" in found) throw new Error(`no ${name}`);
  return found;
}

/** A client as anybody makes it: the package definition loaded from the published contract. */
export class GrpcClient {
  readonly #clients = new Map<string, InstanceType<ReturnType<typeof makeClientConstructor>>>();
  readonly #address: string;
  readonly #deadlineMs: number;

  constructor(address: string, { deadlineMs = 20_000 }: { readonly deadlineMs?: number } = {}) {
    this.#address = address;
    this.#deadlineMs = deadlineMs;
  }

  #client(service: string): InstanceType<ReturnType<typeof makeClientConstructor>> {
    const known = this.#clients.get(service);
    if (known !== undefined) return known;
    const made = new (makeClientConstructor(serviceDefinition(service), service))(
      this.#address,
      credentials.createInsecure(),
    );
    this.#clients.set(service, made);
    return made;
  }

  stream(
    path: string,
    request: object,
    options: { token: string | null; deadlineMs?: number },
  ): ClientReadableStream<Batch> {
    const { client, method, metadata, call } = this.#prepare(path, options);
    return client.makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      metadata,
      call,
    );
  }

  /** The messages as they stood on the wire. */
  rawStream(path: string, request: object, options: { token: string | null }): ClientReadableStream<Buffer> {
    const { client, method, metadata, call } = this.#prepare(path, options);
    const whole = (bytes: Buffer): Buffer => bytes;
    return client.makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      whole,
      request,
      metadata,
      call,
    );
  }

  /** The answer as JSON, of the type that the caller knows it to have. */
  unary<T = object>(
    path: string,
    request: object,
    options: { token: string | null; deadlineMs?: number },
  ): Promise<T> {
    const { client, method, metadata, call } = this.#prepare(path, options);
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        metadata,
        call,
        (error, answer) => {
          if (error === null) resolve(JSON.parse(JSON.stringify(answer)));
          else reject(error);
        },
      );
    });
  }

  #prepare(
    path: string,
    { token, deadlineMs = this.#deadlineMs }: { token: string | null; deadlineMs?: number },
  ) {
    const [service = "", name = ""] = path.split("/");
    const method = serviceDefinition(service)[name];
    if (method === undefined) throw new Error(`no ${path}`);
    const metadata = new Metadata();
    if (token !== null) metadata.set("authorization", `Bearer ${token}`);
    return { client: this.#client(service), method, metadata, call: { deadline: Date.now() + deadlineMs } };
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }
}

export function isServiceError(thrown: unknown): thrown is ServiceError {
  return thrown instanceof Error && "metadata" in thrown && "code" in thrown;
}

export function errorInfo(error: ServiceError): ErrorInfo {
  const info = decodeRichStatus(error.metadata.get(RICH_STATUS_KEY)[0]);
  if (info === null) throw new Error(`no rich status on ${error.code} ${error.details}`);
  return info;
}

export function grpcWay(client: GrpcClient): Way {
  const read = (path: string, request: object, token: string | null): Promise<Reading> =>
    begin(client, path, { request, token });
  const toEnd = async (path: string, request: object, token: string | null): Promise<Seen> =>
    (await read(path, request, token)).seen;
  return {
    name: "gRPC",
    ask: (asking) => toEnd("Completions/Complete", requestOf(asking), asking.token),
    begin: (asking) => read("Completions/Complete", requestOf(asking), asking.token),
    attach: ({ token, session, afterSeq }) =>
      toEnd("Completions/Attach", { sessionId: session, afterSeq }, token),
    malformed: (token) =>
      toEnd(
        "Completions/Complete",
        { model: "demo", messages: [{ role: "nobody", parts: [{ text: "hi" }] }] },
        token,
      ),
    unknownKey: (token) =>
      toEnd("Completions/Complete", { model: "demo", messages: [{ role: "user", parts: [{}] }] }, token),
  };
}

export function requestOf({ prompt, model = "demo" }: Asking): object {
  return { model, messages: [{ role: "user", parts: [{ text: prompt }] }] };
}

function begin(
  client: GrpcClient,
  path: string,
  asked: { request: object; token: string | null },
): Promise<Reading> {
  const so = new SeenSoFar();
  const stream = client.stream(path, asked.request, { token: asked.token });
  const seen = new Promise<Seen>((resolve) => {
    stream.on("data", ({ events }: Batch) => {
      for (const event of events) so.event(event);
    });
    stream.on("end", () => resolve(so));
    stream.on("error", (error: ServiceError) => {
      if (error.metadata.get(RICH_STATUS_KEY).length > 0) {
        const { reason, metadata } = errorInfo(error);
        so.error({
          code: reason.toLowerCase(),
          message: error.details,
          policy: metadata["policy"],
          rule: metadata["rule"],
        });
      } else so.error({ code: `grpc-${error.code}`, message: error.details });
      resolve(so);
    });
  });
  return new Promise((resolve) => {
    const reading = (session: string): Reading => ({
      session,
      firstText: so.firstText,
      seen,
      drop: () => stream.cancel(),
      pause: () => stream.pause(),
      resume: () => stream.resume(),
    });
    stream.on("metadata", (metadata) => {
      so.session = String(metadata.get("x-sluice-session")[0] ?? "");
      resolve(reading(so.session));
    });
    void seen.then(() => resolve(reading(so.session)));
  });
}
