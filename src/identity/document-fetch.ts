import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isJsonObject, type JsonObject } from "../domain/json.js";

export interface DocumentRequest {
  readonly url: string;
  /** Sent as `application/x-www-form-urlencoded` by POST; absent: GET. */
  readonly form?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** PEM of the authorities for TLS; null: the system's. */
  readonly ca: string | null;
  readonly signal?: AbortSignal;
}

export interface FetchedDocument {
  readonly status: number;
  readonly body: JsonObject;
}

/** Fetches a JSON object of an issuer. Rejects with an Error whose message may be logged. */
export type DocumentFetch = (request: DocumentRequest) => Promise<FetchedDocument>;

/**
 * The real one. It follows no redirect (an issuer that moved must be configured anew, and a key
 * set must come from where the configuration said), reads no more than `maxBytes`, and gives up after
 * `timeoutMs` for everything together.
 */
export const fetchDocument: DocumentFetch = (request) =>
  new Promise((resolve, reject) => {
    const deadline = AbortSignal.timeout(request.timeoutMs);
    const signal = request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal]);
    const body = request.form === undefined ? null : new URLSearchParams(request.form).toString();
    const headers = {
      accept: "application/json",
      "accept-encoding": "identity",
      ...(body !== null && {
        "content-type": "application/x-www-form-urlencoded",
        "content-length": Buffer.byteLength(body),
      }),
    };
    const open = request.url.startsWith("https:") ? httpsRequest : httpRequest;
    const fail = (error: Error) =>
      reject(deadline.aborted ? new Error(`no answer within ${request.timeoutMs} ms`) : error);
    const options = {
      method: body === null ? "GET" : "POST",
      headers,
      signal,
      agent: false,
      ...(request.ca !== null && { ca: request.ca }),
    };
    const outgoing = open(request.url, options, (incoming) => {
      const status = incoming.statusCode ?? 0;
      const chunks: Buffer[] = [];
      let bytes = 0;
      incoming.on("error", fail);
      if (status >= 300 && status < 400) {
        fail(new Error(`status ${status}: redirects are not followed`));
        outgoing.destroy();
        return;
      }
      incoming.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= request.maxBytes) return void chunks.push(chunk);
        // Refused here: what came may end before the socket is gone, and must not be read as the whole.
        fail(new Error(`the answer is longer than ${request.maxBytes} bytes`));
        outgoing.destroy();
      });
      incoming.on("end", () => {
        try {
          resolve({ status, body: parseObject(Buffer.concat(chunks).toString("utf8")) });
        } catch (error) {
          fail(status === 200 && error instanceof Error ? error : new Error(`status ${status}`));
        }
      });
    });
    outgoing.on("error", fail);
    outgoing.end(body ?? undefined);
  });

function parseObject(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message quotes the text, and an answer of a token endpoint is secret.
    throw new Error("the answer is not JSON");
  }
  if (!isJsonObject(value)) throw new Error("the answer is not a JSON object");
  return value;
}
