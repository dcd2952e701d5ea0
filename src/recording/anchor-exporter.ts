import { open } from "node:fs/promises";
import type { Clock } from "../domain/time.js";
import { type Anchor, signAnchor } from "./anchor.js";
import { hexOf } from "./chain.js";
import type { LedgerHead } from "./ledger.js";
import type { RecordKeys } from "./record-keys.js";

/** Takes one anchor out of the reach of who can write to the store. Rejects where it could not. */
export type AnchorSink = (line: string) => Promise<void>;

/** Appends to a file (0600), synced; opened anew each time, so that it may be rotated. */
export function anchorFile(path: string): AnchorSink {
  return async (line) => {
    const file = await open(path, "a", 0o600);
    try {
      await file.write(`${line}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  };
}

export interface AnchorExporterOptions {
  readonly clock: Clock;
  readonly store: string;
  readonly signing: RecordKeys["signing"];
  readonly sinks: readonly AnchorSink[];
  readonly everyMs: number;
  /** Writes checkpoints of what is under way and gives the committed head after them. */
  readonly head: () => Promise<LedgerHead>;
  readonly onFailed: (message: string) => void;
}

/** Signs the head of the ledger and hands it out, at once and then every `everyMs`. One run at a time. */
export class AnchorExporter {
  readonly #options: AnchorExporterOptions;
  #cancel: () => void = () => {};
  #run: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: AnchorExporterOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#options.sinks.length === 0) return;
    this.exportNow().finally(() => this.#again());
  }

  #again(): void {
    if (this.#isStopped) return;
    this.#cancel = this.#options.clock.after(this.#options.everyMs, () => {
      this.exportNow().finally(() => this.#again());
    });
  }

  async exportNow(): Promise<void> {
    this.#run = this.#run.then(() => this.#export());
    await this.#run;
  }

  /** The signed head as it stands now. */
  async sign(): Promise<Anchor> {
    const { clock, store, signing, head } = this.#options;
    const { seq, link } = await head();
    return signAnchor({ store, seq, link: hexOf(link), at: new Date(clock.nowMs()).toISOString() }, signing);
  }

  async #export(): Promise<void> {
    const { sinks, onFailed } = this.#options;
    try {
      const line = JSON.stringify(await this.sign());
      const results = await Promise.allSettled(sinks.map((sink) => sink(line)));
      const failed = results.filter((result) => result.status === "rejected").length;
      if (failed > 0) onFailed(`${failed} of ${sinks.length} places took no anchor of the ledger.`);
    } catch {
      onFailed("The head of the ledger could not be signed.");
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    if (this.#options.sinks.length > 0) await this.exportNow();
  }
}
