import type { DecodedEvent, Decoder, DecoderOptions, UpstreamDialect } from "../../src/dialects/dialect.js";
import type { Channel } from "../../src/domain/channel.js";
import { SluiceError } from "../../src/domain/errors.js";

const CHANNEL: Channel = {
  id: 0,
  kind: "text",
  choice: 0,
  index: 0,
  toolCallId: null,
  toolName: null,
  syntax: "text",
};

/**
 * The smallest dialect there is, so that a test of the transport tests the transport: one event per line,
 * `t:TEXT`, `:comment`, `fail` or `done`. It goes by the name of a real one since names are a closed set.
 */
export function lineDialect(name: UpstreamDialect["name"] = "openai-chat"): UpstreamDialect {
  return {
    name,
    build: (request, options) => ({
      path: "/lines",
      body: JSON.stringify({ model: options.model, max: options.maxTokens, stream: request.stream }),
      headers: { "x-dialect": "lines" },
    }),
    streamDecoder: (options) => new LineDecoder(options),
    plainDecoder: (options) => new LineDecoder(options),
    error: (status, headers, body) =>
      new SluiceError(
        status === 429 ? "rate_limited" : "upstream_rejected",
        "The model refused the request.",
        {
          upstreamStatus: status,
          upstreamCode: `bytes_${body.length}`,
          ...(headers["retry-after"] === undefined
            ? {}
            : { retryAfterMs: Number(headers["retry-after"]) * 1_000 }),
          ...(headers["x-request-id"] === undefined ? {} : { upstreamRequestId: headers["x-request-id"] }),
        },
      ),
  };
}

class LineDecoder implements Decoder {
  readonly #limits: DecoderOptions["limits"];
  #held = "";

  constructor(options: DecoderOptions) {
    this.#limits = options.limits;
  }

  push(bytes: Buffer): readonly DecodedEvent[] {
    this.#held += bytes.toString("latin1");
    const lines = this.#held.split("\n");
    this.#held = lines.pop() ?? "";
    if (this.#held.length > this.#limits.eventBytes)
      throw new SluiceError("upstream_broken", "An event is too long.");
    return lines.flatMap((line) => read(line));
  }

  end(): readonly DecodedEvent[] {
    return this.#held === "" ? [] : read(this.#held);
  }
}

function read(line: string): readonly DecodedEvent[] {
  if (line === "" || line.startsWith(":")) return [];
  if (line === "done") return [{ type: "finished" }];
  if (line === "fail")
    return [{ type: "failed", error: new SluiceError("upstream_broken", "It said so itself.") }];
  if (!line.startsWith("t:")) throw new SluiceError("upstream_broken", "No such line.");
  return [{ type: "delta", channel: CHANNEL, text: line.slice(2), template: null, logprobs: null }];
}
