import type { Approval } from "../policy/approvals/approval.js";
import { type Notice, type NoticeKind, noticeBody } from "./approval-notice.js";
import type { Delivery } from "./delivery.js";
import type { Outbox } from "./outbox.js";
import { slackBody } from "./slack-message.js";

/** Who is told of which approvals, and in which form. */
export interface Subscriber {
  readonly name: string;
  readonly form: "webhook" | "slack";
  readonly events: readonly NoticeKind[];
  /** Only reviews that one of these groups may decide; empty: all. */
  readonly reviewers: readonly string[];
  readonly delivery: Delivery;
}

export interface NotifierOptions {
  readonly approvals: {
    readonly open: readonly Approval[];
    onChange(listener: (approval: Approval) => void): () => void;
  };
  readonly subscribers: readonly Subscriber[];
  readonly outbox: Outbox;
  /** The page of one approval; null: there is none. */
  readonly link: (approval: string) => string | null;
}

const REQUESTED = "-requested";

/** Tells people of reviews that are asked for and settled. */
export class ApprovalNotifier {
  readonly #options: NotifierOptions;
  readonly #stop: () => void;

  /** Announces what waits and was not announced before the last process ended. */
  constructor(options: NotifierOptions) {
    this.#options = options;
    const open = new Set(options.approvals.open.map(({ id }) => `${id}${REQUESTED}`));
    for (const item of options.outbox.all)
      if (item.id.endsWith(REQUESTED) && !open.has(item.id)) void this.#forget(item);
    for (const approval of options.approvals.open) if (approval.state === "pending") this.#changed(approval);
    this.#stop = options.approvals.onChange((approval) => this.#changed(approval));
  }

  async close(): Promise<void> {
    this.#stop();
    await Promise.all(this.#options.subscribers.map(({ delivery }) => delivery.close()));
  }

  #changed(approval: Approval): void {
    // A grant that is used was announced when it was given.
    if (approval.state === "consumed") return;
    const kind = approval.state === "pending" ? "requested" : "settled";
    for (const subscriber of this.#options.subscribers) {
      if (kind === "settled")
        void this.#forget({ destination: subscriber.name, id: `${approval.id}${REQUESTED}` });
      if (concerns(subscriber, kind, approval)) this.#tell(subscriber, kind, approval);
    }
  }

  #tell({ name, form, delivery }: Subscriber, kind: NoticeKind, approval: Approval): void {
    const { outbox, link } = this.#options;
    const id = `${approval.id}${kind === "requested" ? REQUESTED : `-${approval.state}`}`;
    // Also the first of two votes is a change of a pending approval; it was announced before.
    if (outbox.has(name, id)) return;
    const notice: Notice = { kind, approval, link: link(approval.id) };
    void delivery.add({
      id,
      body: form === "slack" ? slackBody(notice) : noticeBody(notice),
      uselessAtMs: kind === "requested" ? approval.expiresAtMs : Number.MAX_SAFE_INTEGER,
      remembered: kind === "requested",
    });
  }

  async #forget(item: { readonly destination: string; readonly id: string }): Promise<void> {
    const { outbox } = this.#options;
    if (outbox.has(item.destination, item.id)) await outbox.remove(item).catch(() => {});
  }
}

function concerns({ events, reviewers }: Subscriber, kind: NoticeKind, { review }: Approval): boolean {
  if (!events.includes(kind)) return false;
  return reviewers.length === 0 || reviewers.some((group) => review.reviewers.includes(group));
}
