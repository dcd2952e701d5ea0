import type { SluiceError } from "../../domain/errors.js";
import type { LiveSession } from "../../pipeline/call.js";
import type { FrontEndDeps } from "../front-end.js";
import { StallWatch } from "../stall-watch.js";
import type { StreamCall } from "./calls.js";
import type { EventBatchCodec } from "./event-batch.js";
import { EventCall } from "./event-call.js";

/** What the services share: the rooms below, the codec, and the open streams. */
export class GrpcRoom {
  readonly deps: FrontEndDeps;
  readonly #codec: EventBatchCodec;
  readonly #watch: StallWatch<EventCall>;

  constructor(
    deps: FrontEndDeps,
    options: {
      readonly codec: EventBatchCodec;
      readonly stallTimeoutMs: number;
      readonly stalled: () => SluiceError;
    },
  ) {
    this.deps = deps;
    this.#codec = options.codec;
    this.#watch = new StallWatch<EventCall>({
      clock: deps.clock,
      stallTimeoutMs: options.stallTimeoutMs,
      onStall: (call) => call.cut(options.stalled()),
    });
  }

  events(
    call: StreamCall,
    reading: Pick<LiveSession, "cursor" | "restore">,
    onGone: (() => void) | null = null,
  ): void {
    const open = new EventCall({
      call,
      reading,
      codec: this.#codec,
      onOver: (over) => this.#watch.remove(over),
      ...(onGone === null ? {} : { onGone }),
    });
    this.#watch.add(open);
    open.start();
  }

  /** Ends every open stream with an error. */
  failAll(error: SluiceError): void {
    for (const call of this.#watch.streams()) call.fail(error);
    this.#watch.close();
  }
}
