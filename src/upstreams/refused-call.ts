import type { SluiceError } from "../domain/errors.js";
import type { UpstreamHandler, UpstreamStream } from "./upstream.js";

/** A call that is over before it began; its owner hears of it once `open` has returned. */
export function refusedCall(error: SluiceError, handler: UpstreamHandler): UpstreamStream {
  let isAborted = false;
  const closed = new Promise<void>((resolve) => {
    queueMicrotask(() => {
      if (!isAborted) handler.failed(error);
      resolve();
    });
  });
  return {
    pause: () => undefined,
    resume: () => undefined,
    abort: () => {
      isAborted = true;
    },
    closed,
  };
}
