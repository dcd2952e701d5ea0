import { asSluiceError, SluiceError } from "../../domain/errors.js";
import { type Approval, isFinal } from "./approval.js";
import { decodeApproval, encodeApproval } from "./approval-codec.js";
import { type ApprovalStore, isRequestKey, requestKey } from "./approval-store.js";

/** Approvals in memory and in the store: open ones in both, the last settled ones in memory only. */
export class ApprovalRecords {
  readonly #store: ApprovalStore;
  readonly #maxSettled: number;
  readonly #open = new Map<string, Approval>();
  readonly #settled = new Map<string, Approval>();

  constructor(store: ApprovalStore, maxSettled: number) {
    this.#store = store;
    this.#maxSettled = maxSettled;
  }

  /** Reads what the store holds, and removes requests that no approval belongs to. */
  async load(onProblem: (error: SluiceError) => void): Promise<readonly Approval[]> {
    const ids = (await this.#store.list()).map(({ id }) => id);
    for (const id of ids.filter((each) => !isRequestKey(each))) {
      try {
        const bytes = await this.#store.get(id);
        if (bytes === null) continue;
        const approval = decodeApproval(bytes);
        if (isFinal(approval.state)) await this.#forget(id);
        else this.#open.set(id, approval);
      } catch (thrown) {
        onProblem(
          new SluiceError(
            "storage_failed",
            `Approval ${id} cannot be read; it stays pending for nobody.`,
            { approval: id },
            { cause: asSluiceError(thrown) },
          ),
        );
      }
    }
    const orphans = ids.filter((id) => isRequestKey(id) && !ids.some((other) => requestKey(other) === id));
    for (const id of orphans) await this.#store.remove(id);
    return [...this.#open.values()];
  }

  /** The request is written first: an approval without its request could never be released. */
  async create(approval: Approval, request: Uint8Array): Promise<void> {
    try {
      await this.#store.put(requestKey(approval.id), request);
      await this.#store.put(approval.id, encodeApproval(approval));
    } catch (thrown) {
      await this.#forget(approval.id).catch(() => {});
      throw thrown;
    }
    this.#open.set(approval.id, approval);
  }

  async update(approval: Approval): Promise<void> {
    if (!isFinal(approval.state)) {
      await this.#store.put(approval.id, encodeApproval(approval));
      this.#open.set(approval.id, approval);
      return;
    }
    await this.#forget(approval.id);
    this.#open.delete(approval.id);
    this.#settled.set(approval.id, approval);
    const [oldest] = this.#settled.keys();
    if (this.#settled.size > this.#maxSettled && oldest !== undefined) this.#settled.delete(oldest);
  }

  get(id: string): Approval | undefined {
    return this.#open.get(id) ?? this.#settled.get(id);
  }

  open(): readonly Approval[] {
    return [...this.#open.values()];
  }

  all(): readonly Approval[] {
    return [...this.#open.values(), ...this.#settled.values()];
  }

  async request(id: string): Promise<Uint8Array | null> {
    return this.#open.has(id) ? this.#store.get(requestKey(id)) : null;
  }

  /** The state goes first: what is left after a crash in between is an orphan that the next start removes. */
  async #forget(id: string): Promise<void> {
    await this.#store.remove(id);
    await this.#store.remove(requestKey(id));
  }
}
