import type { SessionId } from "../domain/session-id.js";
import type { Clock } from "../domain/time.js";
import type { GroupCommit } from "./group-commit.js";
import type { Ledger } from "./ledger.js";
import { PageBuilder } from "./page.js";
import type { Store } from "./stores/store.js";

const BUILDER_BYTES = 1024;
/** A builder that grew beyond this is not kept for the next session. */
const BUILDER_KEPT_BYTES = 16 * 1024;
const BUILDERS_KEPT = 256;

/** A writer as the others see it. */
export interface HostedWriter {
  readonly session: SessionId;
  /** Tells a producer that waits when it may go on. */
  release(): void;
}

export type WriterHostOptions = Pick<
  WriterHost,
  "store" | "clock" | "commit" | "ledger" | "nameKey" | "maxLead" | "finished"
> & { readonly maxPendingBytes: number };

/** What all writers of a log share. */
export class WriterHost {
  readonly store: Store;
  readonly clock: Clock;
  readonly commit: GroupCommit;
  readonly ledger: Ledger;
  readonly nameKey: Buffer;
  readonly maxLead: number;
  /** Told when a session's `ended` is committed. */
  readonly finished: (writer: HostedWriter) => void;
  /** Writers whose producers wait. */
  readonly held = new Set<HostedWriter>();
  /** Bytes appended and not yet committed. */
  pendingBytes = 0;
  #takenBytes = 0;
  readonly #maxPendingBytes: number;
  readonly #builders: PageBuilder[] = [];

  constructor(options: WriterHostOptions) {
    this.store = options.store;
    this.clock = options.clock;
    this.commit = options.commit;
    this.ledger = options.ledger;
    this.nameKey = options.nameKey;
    this.maxLead = options.maxLead;
    this.finished = options.finished;
    this.#maxPendingBytes = options.maxPendingBytes;
  }

  /** Too much waits for the commit that is under way. */
  get isFull(): boolean {
    return this.pendingBytes >= this.#maxPendingBytes;
  }

  /** Builders are lent for the time between an append and its commit, so that an idle session has none. */
  takeBuilder(): PageBuilder {
    return this.#builders.pop() ?? new PageBuilder(BUILDER_BYTES);
  }

  returnBuilder(builder: PageBuilder): void {
    if (this.#builders.length < BUILDERS_KEPT && builder.capacity <= BUILDER_KEPT_BYTES) {
      this.#builders.push(builder);
    }
  }

  commitBegan(): void {
    this.#takenBytes = this.pendingBytes;
  }

  commitReturned(): void {
    const wasFull = this.isFull;
    this.pendingBytes -= this.#takenBytes;
    if (wasFull) for (const writer of [...this.held]) writer.release();
  }
}
