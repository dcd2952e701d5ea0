import { asSluiceError, SluiceError } from "../../domain/errors.js";
import { type Principal, samePrincipal } from "../../domain/principal.js";
import type { Clock } from "../../domain/time.js";
import { sameReview } from "../same-review.js";
import { countsFor, maySee, requireDecider, requireViewer } from "./access.js";
import { type Approval, type ApprovalState, isFinal } from "./approval.js";
import { ApprovalRecords } from "./approval-records.js";
import type { ApprovalStore } from "./approval-store.js";
import { Audience } from "./audience.js";
import { Deadlines } from "./deadlines.js";
import { type ApprovalGrant, mintGrant } from "./grant.js";
import { checkReason } from "./reason.js";
import { newApproval, type ReviewRequest } from "./review-request.js";
import { type ApprovalEvent, transition } from "./transition.js";
import { Turns } from "./turns.js";

export interface ApprovalDeskOptions {
  readonly store: ApprovalStore;
  readonly clock: Clock;
  /** A new, unguessable id: letters, digits, `-`, at most 56 characters. */
  readonly newId: () => string;
  /** Told of what could not be read at start, and of expiries that could not be written. */
  readonly onProblem: (error: SluiceError) => void;
  /** How long a grant may stay unused. Default one hour, never longer than the review's own expiry. */
  readonly grantMs?: number;
  /** Most approvals open at once, in all and for one requester. Default 10,000 and 100. */
  readonly maxOpen?: number;
  readonly maxOpenPerRequester?: number;
  /** Settled ones that stay listed. Default 1,000; the session logs keep all. */
  readonly maxSettled?: number;
}

export interface VoteInput {
  readonly verdict: "approve" | "reject";
  /** 1 to 1,000 characters. */
  readonly reason: string;
  /** Version and digest that the reviewer saw. */
  readonly expectedVersion: number;
  readonly digest: string;
}

/** Where reviews wait for people. Every change is durable before anybody hears of it. */
export class ApprovalDesk {
  readonly #options: ApprovalDeskOptions;
  readonly #records: ApprovalRecords;
  readonly #audience = new Audience();
  /** The changes of one approval follow one another. */
  readonly #turns = new Turns();
  readonly #deadlines: Deadlines;

  private constructor(options: ApprovalDeskOptions) {
    this.#options = options;
    this.#records = new ApprovalRecords(options.store, options.maxSettled ?? 1000);
    this.#deadlines = new Deadlines(options.clock, (id) => this.#expire(id));
  }

  /** Takes up what waited when the gateway went down. What expired meanwhile expires now. */
  static async open(options: ApprovalDeskOptions): Promise<ApprovalDesk> {
    const desk = new ApprovalDesk(options);
    const nowMs = options.clock.nowMs();
    for (const approval of await desk.#records.load(options.onProblem)) {
      if (approval.expiresAtMs <= nowMs) await desk.#expire(approval.id);
      else desk.#schedule(approval);
    }
    return desk;
  }

  /** Stops the timers and ends every watch. What is pending stays in the store. */
  close(): void {
    this.#deadlines.close();
    this.#audience.close();
  }

  /**
   * Asks for a review. An identical request of the same principal joins the one that is pending or
   * granted and not used yet.
   * @throws SluiceError `overloaded`, `storage_failed`
   */
  async request(input: ReviewRequest): Promise<{ readonly approval: Approval; readonly joined: boolean }> {
    const key = `request ${input.principal.issuer} ${input.principal.subject} ${input.digest}`;
    return this.#turns.take(key, async () => {
      const same = this.#joinable(input);
      if (same !== undefined) return { approval: same, joined: true };
      this.#requireRoom(input.principal);
      const approval = newApproval(input, { id: this.#options.newId(), nowMs: this.#options.clock.nowMs() });
      await this.#records.create(approval, input.sealedRequest);
      this.#schedule(approval);
      this.#audience.tell(approval);
      return { approval, joined: false };
    });
  }

  /**
   * Votes. One person, one vote; the first rejection settles it, and so does the last approval needed.
   * @throws SluiceError `not_found`, `permission_denied`, `invalid_request` (the reason), `conflict`,
   *   `approval_expired`, `approval_rejected`
   */
  async vote(id: string, reviewer: Principal, input: VoteInput): Promise<Approval> {
    checkReason(input.reason);
    const { verdict, reason, expectedVersion, digest } = input;
    return this.#change(id, (approval) => {
      requireDecider(approval, reviewer);
      const by = { issuer: reviewer.issuer, subject: reviewer.subject };
      const vote = {
        by,
        verdict,
        reason,
        atMs: this.#options.clock.nowMs(),
        counts: countsFor(approval, reviewer),
      };
      const grantMs = Math.min(this.#options.grantMs ?? 3_600_000, approval.review.expiresMs);
      return { type: "vote", vote, expectedVersion, digest, grantMs };
    });
  }

  /** The requester gives up, or an operator stops it. */
  async cancel(id: string, by: Principal, reason: string): Promise<Approval> {
    checkReason(reason);
    return this.#change(id, (approval) => {
      requireViewer(approval, by);
      if (!samePrincipal(approval.requester, by) && !by.roles.includes("operator")) {
        throw new SluiceError("permission_denied", "Only who asked, or an operator, may cancel this.", {
          approval: id,
        });
      }
      return { type: "cancel", by: { issuer: by.issuer, subject: by.subject }, reason };
    });
  }

  /** The second decision was not the same: the grant is worth nothing. */
  async void(id: string, reason: string): Promise<Approval> {
    return this.#change(id, () => ({ type: "void", reason }));
  }

  /**
   * Uses the grant, once. Durable when it resolves: open the upstream after that.
   * @throws SluiceError `conflict` for everybody but the first, `approval_expired`, `approval_pending`
   */
  async consume(id: string): Promise<Approval> {
    return this.#change(id, () => ({ type: "consume" }));
  }

  /** The proof for the second decision; null unless it is approved, unused and not expired. */
  grant(id: string): ApprovalGrant | null {
    const approval = this.#records.get(id);
    if (approval?.state !== "approved" || this.#isLate(approval)) return null;
    const { requester, connection, model, review } = approval;
    return mintGrant({ approval: id, principal: requester, connection, model, review });
  }

  /** @throws SluiceError `not_found` for whoever may not see it. */
  get(id: string, viewer: Principal): Approval {
    const approval = this.#records.get(id);
    requireViewer(approval, viewer);
    return approval;
  }

  /** What the viewer may see, newest first. */
  list(viewer: Principal, filter: { readonly states?: readonly ApprovalState[] } = {}): readonly Approval[] {
    return this.#records
      .all()
      .filter((approval) => filter.states?.includes(approval.state) !== false && maySee(approval, viewer))
      .sort((a, b) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : -1));
  }

  /** The sealed request, for those who may decide over it and for who asked. */
  async readRequest(id: string, viewer: Principal): Promise<Uint8Array> {
    const approval = this.get(id, viewer);
    if (!samePrincipal(approval.requester, viewer)) requireDecider(approval, viewer);
    return this.#requestOf(id);
  }

  /** The sealed request, for releasing it. */
  async requestForRelease(grant: ApprovalGrant): Promise<Uint8Array> {
    return this.#requestOf(grant.approval);
  }

  /** Every open approval that the viewer may see, then each change. Ends with the signal or the desk. */
  watch(viewer: Principal, signal: AbortSignal): AsyncIterableIterator<Approval> {
    return this.#audience.watch(viewer, this.list(viewer, { states: ["pending", "approved"] }), signal);
  }

  /** Every change of every approval once it is durable, whoever may see it. Returns how to stop. */
  onChange(listener: (approval: Approval) => void): () => void {
    return this.#audience.onChange(listener);
  }

  /** Those that wait or hold an unused grant. */
  get open(): readonly Approval[] {
    return this.#records.open();
  }

  /** Calls back once the approval is no longer pending, at once if it is not. Returns how to stop. */
  onSettled(id: string, listener: (approval: Approval) => void): () => void {
    const approval = this.#records.get(id);
    if (approval === undefined) throw new SluiceError("not_found", "There is no such approval.");
    return this.#audience.onSettled(approval, listener);
  }

  #joinable(input: ReviewRequest): Approval | undefined {
    return this.#records
      .open()
      .find(
        (approval) =>
          approval.digest === input.digest &&
          samePrincipal(approval.requester, input.principal) &&
          sameReview(approval.review, input.spec) &&
          !this.#isLate(approval),
      );
  }

  #requireRoom(principal: Principal): void {
    const open = this.#records.open();
    const own = open.filter(({ requester }) => samePrincipal(requester, principal)).length;
    if (own >= (this.#options.maxOpenPerRequester ?? 100)) {
      throw new SluiceError(
        "overloaded",
        `You have ${own} requests waiting for review; wait for one, or cancel one.`,
        { retryAfterMs: 60_000 },
      );
    }
    if (open.length >= (this.#options.maxOpen ?? 10_000)) {
      throw new SluiceError("overloaded", "Too many requests wait for review; try again later.", {
        retryAfterMs: 60_000,
      });
    }
  }

  async #requestOf(id: string): Promise<Uint8Array> {
    const request = await this.#records.request(id);
    if (request === null)
      throw new SluiceError("not_found", "The request is no longer kept.", { approval: id });
    return request;
  }

  /** One change: judged on the state as it then is, written, and only then visible. */
  async #change(id: string, eventOf: (approval: Approval) => ApprovalEvent): Promise<Approval> {
    return this.#turns.take(id, async () => {
      const before = this.#records.get(id);
      if (before === undefined) throw new SluiceError("not_found", "There is no such approval.");
      const event = eventOf(before);
      if (event.type !== "expire" && !isFinal(before.state) && this.#isLate(before)) {
        await this.#apply(before, { type: "expire" });
        throw new SluiceError("approval_expired", "The approval has expired.", { approval: id });
      }
      return this.#apply(before, event);
    });
  }

  async #apply(before: Approval, event: ApprovalEvent): Promise<Approval> {
    const after = transition(before, event, this.#options.clock.nowMs());
    await this.#records.update(after);
    this.#schedule(after);
    this.#audience.tell(after);
    return after;
  }

  #isLate({ id, expiresAtMs }: Approval): boolean {
    return this.#deadlines.isLate(id, expiresAtMs);
  }

  #schedule({ id, state, expiresAtMs }: Approval): void {
    if (isFinal(state)) this.#deadlines.clear(id);
    else this.#deadlines.set(id, expiresAtMs);
  }

  async #expire(id: string): Promise<void> {
    try {
      await this.#change(id, () => ({ type: "expire" }));
    } catch (thrown) {
      const error = asSluiceError(thrown);
      // Somebody was faster: it is settled, which is all that was wanted.
      if (error.code === "storage_failed" || error.code === "internal") this.#options.onProblem(error);
    }
  }
}
