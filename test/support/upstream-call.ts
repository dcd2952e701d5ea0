import type { DecodedEvent } from "../../src/dialects/dialect.js";
import type { CompletionRequest } from "../../src/dialects/request.js";
import { parseSluice } from "../../src/dialects/sluice/index.js";
import type { SluiceError } from "../../src/domain/errors.js";
import { NO_OBLIGATIONS } from "../../src/domain/obligation.js";
import { mintPermit } from "../../src/policy/permit.js";
import type { Upstream, UpstreamCall, UpstreamStream } from "../../src/upstreams/upstream.js";

export interface CallFacts {
  readonly connection?: string;
  readonly model?: string;
  readonly prompt?: string;
  readonly request?: CompletionRequest;
  readonly stream?: boolean;
  readonly maxTokens?: number | null;
}

/** A call that a policy allowed. */
export function allowedCall(facts: CallFacts = {}): UpstreamCall {
  const model = facts.model ?? "some-model";
  const parsed =
    facts.request ??
    parseSluice({ model, messages: [{ role: "user", parts: [{ text: facts.prompt ?? "Hello" }] }] });
  return {
    permit: mintPermit({
      session: "0190a000-0000-7000-8000-000000000001",
      connection: facts.connection ?? "model",
      model,
      policyVersion: "test",
      obligations: NO_OBLIGATIONS,
    }),
    request: { ...parsed, stream: facts.stream ?? true },
    maxTokens: facts.maxTokens ?? null,
    echo: new Map(),
    traceparent: null,
  };
}

/** What came of one call, in the order in which it came. */
export interface Outcome {
  readonly news: readonly ("opened" | "events" | "failed" | "finished")[];
  readonly events: readonly DecodedEvent[];
  readonly batches: number;
  readonly text: string;
  readonly error: SluiceError | null;
}

export interface RunningCall {
  readonly stream: UpstreamStream;
  /** Resolves at `failed` or `finished`. */
  readonly over: Promise<Outcome>;
  /** What has come so far. */
  readonly soFar: () => Outcome;
  /** Resolves when `count` deltas have come, or the call is over. */
  readonly deltas: (count: number) => Promise<void>;
}

export function openCall(
  upstream: Upstream,
  call: UpstreamCall,
  onEvents?: (batch: readonly DecodedEvent[], stream: UpstreamStream) => void,
): RunningCall {
  const news: Outcome["news"][number][] = [];
  const events: DecodedEvent[] = [];
  let batches = 0;
  let error: SluiceError | null = null;
  let end: (outcome: Outcome) => void = () => undefined;
  let wake: () => void = () => undefined;
  const soFar = (): Outcome => ({
    news: [...news],
    events: [...events],
    batches,
    text: textOf(events),
    error,
  });
  const over = new Promise<Outcome>((resolve) => {
    end = resolve;
  });
  const stream: UpstreamStream = upstream.open(call, {
    opened: () => news.push("opened"),
    events: (batch) => {
      news.push("events");
      batches++;
      events.push(...batch);
      wake();
      onEvents?.(batch, stream);
    },
    failed: (reason) => {
      news.push("failed");
      error = reason;
      end(soFar());
      wake();
    },
    finished: () => {
      news.push("finished");
      end(soFar());
      wake();
    },
  });
  const isOver = () => news.includes("failed") || news.includes("finished");
  const deltas = async (count: number) => {
    while (!isOver() && events.filter((event) => event.type === "delta").length < count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { stream, over, soFar, deltas };
}

export function runCall(upstream: Upstream, call: UpstreamCall): Promise<Outcome> {
  return openCall(upstream, call).over;
}

export function textOf(events: readonly DecodedEvent[]): string {
  return events.map((event) => (event.type === "delta" ? event.text : "")).join("");
}
