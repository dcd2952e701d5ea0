import type { Principal } from "../../domain/principal.js";
import { maySee } from "./access.js";
import type { Approval } from "./approval.js";
import { ApprovalFeed } from "./approval-feed.js";

type Listener = (approval: Approval) => void;

/** Everybody who hears of approvals: those who watch, those who wait for one, and the gateway's own rooms. */
export class Audience {
  readonly #feeds = new Map<ApprovalFeed, Principal>();
  readonly #settling = new Map<string, Set<Listener>>();
  readonly #listeners = new Set<Listener>();
  #closed = false;

  /** Tells of a change that is durable. */
  tell(approval: Approval): void {
    for (const listener of this.#listeners) listener(approval);
    for (const [feed, viewer] of this.#feeds) if (maySee(approval, viewer)) feed.push(approval);
    if (approval.state === "pending") return;
    const listeners = this.#settling.get(approval.id);
    this.#settling.delete(approval.id);
    for (const listener of listeners ?? []) listener(approval);
  }

  /** Every change, whoever may see it. Returns how to stop. */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What is open, then each change that the viewer may see. Ends with the signal or the desk. */
  watch(viewer: Principal, open: readonly Approval[], signal: AbortSignal): ApprovalFeed {
    const feed = new ApprovalFeed(() => {
      this.#feeds.delete(feed);
      signal.removeEventListener("abort", stop);
    });
    const stop = (): void => feed.close();
    this.#feeds.set(feed, viewer);
    signal.addEventListener("abort", stop);
    for (const approval of open) feed.push(approval);
    if (signal.aborted || this.#closed) feed.close();
    return feed;
  }

  /** Calls back once the approval is no longer pending, at once if it is not. Returns how to stop. */
  onSettled(approval: Approval, listener: Listener): () => void {
    if (approval.state !== "pending") {
      listener(approval);
      return () => {};
    }
    const { id } = approval;
    const listeners = this.#settling.get(id) ?? new Set();
    this.#settling.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#settling.delete(id);
    };
  }

  close(): void {
    this.#closed = true;
    for (const feed of [...this.#feeds.keys()]) feed.close();
  }
}
