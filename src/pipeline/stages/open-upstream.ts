import { map, type Observable } from "rxjs";
import { pull } from "../pull.js";
import type { Prepared, Reading } from "../stages.js";

/** Calls the model with the Permit, and reads its answer as fast as the log takes it. */
export function openUpstream(prepared: Prepared): Observable<Reading> {
  const { run, call, target, permit, request, maxTokens, echo, approval } = prepared;
  const { upstream } = target;
  const { connection } = target.route;
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
