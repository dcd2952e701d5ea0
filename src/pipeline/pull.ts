import { Observable } from "rxjs";
import type { DecodedEvent } from "../dialects/dialect.js";
import type { Upstream, UpstreamCall, UpstreamStream } from "../upstreams/upstream.js";
import type { Pressure } from "./pressure.js";

export interface PullHooks {
  opened(): void;
  /** Resolves when the socket is closed; kept by the session so that an ending can say so. */
  stream(stream: UpstreamStream): void;
}

/**
 * Brings one upstream answer into the pipeline: the events of each read of the socket as one value. While
 * the pressure says stop the socket is not read; unsubscribing destroys it at once. RxJS has no demand of its
 * own, so this adapter is the only place where a live source enters.
 */
export function pull(
  upstream: Upstream,
  call: UpstreamCall,
  { pressure, hooks }: { readonly pressure: Pressure; readonly hooks: PullHooks },
): Observable<readonly DecodedEvent[]> {
  return new Observable((subscriber) => {
    let isPaused = false;
    const stream = upstream.open(call, {
      opened: () => hooks.opened(),
      events: (batch) => {
        subscriber.next(batch);
        if (isPaused || subscriber.closed || pressure.writable) return;
        isPaused = true;
        stream.pause();
      },
      failed: (error) => subscriber.error(error),
      finished: () => {
        // What is still held comes out only now, where no choice said why it ended.
        subscriber.next([{ type: "finished" }]);
        subscriber.complete();
      },
    });
    hooks.stream(stream);
    pressure.onWritable = () => {
      if (!isPaused) return;
      isPaused = false;
      stream.resume();
    };
    return () => {
      pressure.onWritable = null;
      stream.abort();
    };
  });
}
