import { map, type Observable, of } from "rxjs";
import { output } from "../../dialects/decoded.js";
import { isWarmUp } from "../../dialects/openai-responses/conversation.js";
import { pull } from "../pull.js";
import type { Prepared, Reading } from "../stages.js";

/** Calls the model with the Permit, and reads its answer as fast as the log takes it. */
export function openUpstream(prepared: Prepared): Observable<Reading> {
  const { run, call, target, permit, request, maxTokens, echo, approval } = prepared;
  const { upstream } = target;
  const { connection } = target.route;
  if (isWarmUp(request)) return of({ prepared, events: emptyAnswer(request.model), failure: null });
  const upstreamCall = {
    permit,
    request: { ...request, model: target.upstreamModel },
    maxTokens,
    echo,
    traceparent: call.traceparent,
  };
  return pull(upstream, upstreamCall, {
    pressure: run.writer,
    hooks: {
      opened: () =>
        run.append({
          type: "upstream_opened",
          connection,
          model: target.upstreamModel,
          dialect: upstream.dialect,
          approval,
        }),
      stream: (stream) => run.upstream(stream),
    },
  }).pipe(map((events) => ({ prepared, events, failure: null })));
}

/** A warm-up was judged like any other and has no output: nothing of it needs to reach a model. */
function emptyAnswer(model: string): Reading["events"] {
  const begun = {
    type: "message",
    choice: 0,
    role: "assistant",
    responseId: null,
    model,
    createdS: null,
  } as const;
  const none = { promptTokens: 0, completionTokens: 0, totalTokens: 0, reasoningTokens: 0, cachedTokens: 0 };
  return [
    output([begun]),
    output([
      { type: "usage", usage: none },
      { type: "finish", choice: 0, reason: "stop", native: "stop" },
    ]),
    { type: "finished" },
  ];
}
