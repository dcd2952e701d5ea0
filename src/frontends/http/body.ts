import type { IncomingMessage } from "node:http";
import { SluiceError } from "../../domain/errors.js";

/**
 * The body of a request that says it is JSON. The limit is held while reading: what lies beyond is never
 * in memory.
 * @throws SluiceError `too_large`; `invalid_request` for another media type, an encoding, no body, or a
 *   body that broke off.
 */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  checkHeaders(request);
  if (Number(request.headers["content-length"] ?? 0) > limitBytes) throw tooLarge(limitBytes);
  const body = await collect(request, limitBytes);
  if (body.length === 0)
    throw new SluiceError("invalid_request", "The request has no body.", { field: "body" });
  return body;
}

function checkHeaders({ headers }: IncomingMessage): void {
  const type = headers["content-type"];
  if (type === undefined || !/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new SluiceError(
      "invalid_request",
      'The body must be JSON; send "content-type: application/json".',
      {
        field: "content-type",
      },
    );
  }
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
    throw new SluiceError("invalid_request", "Compressed request bodies are not read; send it plain.", {
      field: "content-encoding",
    });
  }
}

function collect(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    const settle = (): void => {
      request.off("data", onData).off("end", onEnd).off("error", onBroken).off("close", onBroken);
    };
    const onData = (piece: Buffer): void => {
      size += piece.length;
      if (size <= limitBytes) {
        pieces.push(piece);
        return;
      }
      settle();
      reject(tooLarge(limitBytes));
    };
    const onEnd = (): void => {
      settle();
      resolve(pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces));
    };
    const onBroken = (): void => {
      settle();
      reject(new SluiceError("invalid_request", "The request body broke off.", { field: "body" }));
    };
    request.on("data", onData).on("end", onEnd).on("error", onBroken).on("close", onBroken);
  });
}

function tooLarge(limitBytes: number): SluiceError {
  return new SluiceError("too_large", `The request body is larger than ${limitBytes} bytes.`, {
    field: "body",
  });
}
