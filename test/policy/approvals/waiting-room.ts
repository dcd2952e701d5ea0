import type { ReviewSpec } from "../../../src/domain/decision.js";
import type { SluiceError } from "../../../src/domain/errors.js";
import type { Clock } from "../../../src/domain/time.js";
import { ApprovalDesk, type ApprovalDeskOptions } from "../../../src/policy/approvals/approval-desk.js";
import type { ApprovalStore } from "../../../src/policy/approvals/approval-store.js";
import type { ReviewRequest } from "../../../src/policy/approvals/review-request.js";
import { principal } from "../world.js";

/** A store in memory whose writes take a turn of the loop, or fail when told to. */
export class MapStore implements ApprovalStore {
  readonly items = new Map<string, Uint8Array>();
  failing = false;

  async put(id: string, plaintext: Uint8Array): Promise<void> {
    await new Promise(setImmediate);
    if (this.failing) throw new Error("disk full");
    this.items.set(id, plaintext);
  }

  async get(id: string): Promise<Uint8Array | null> {
    return this.items.get(id) ?? null;
  }

  async remove(id: string): Promise<void> {
    await new Promise(setImmediate);
    if (this.failing) throw new Error("disk full");
    this.items.delete(id);
  }

  list(): readonly { readonly id: string }[] {
    return [...this.items.keys()].map((id) => ({ id }));
  }
}

/** Time that moves when it is told to. */
export class HandClock implements Clock {
  wallMs = 1_700_000_000_000;
  monoMs = 5_000;
  readonly #tasks = new Set<{ readonly atMs: number; readonly task: () => void }>();

  nowMs(): number {
    return this.wallMs;
  }

  monotonicMs(): number {
    return this.monoMs;
  }

  after(ms: number, task: () => void): () => void {
    const entry = { atMs: this.monoMs + ms, task };
    this.#tasks.add(entry);
    return () => this.#tasks.delete(entry);
  }

  advance(ms: number): void {
    this.wallMs += ms;
    this.monoMs += ms;
    for (const entry of [...this.#tasks]) {
      if (entry.atMs > this.monoMs || !this.#tasks.delete(entry)) continue;
      entry.task();
    }
  }
}

export interface Room {
  readonly desk: ApprovalDesk;
  readonly store: MapStore;
  readonly clock: HandClock;
  readonly problems: SluiceError[];
}

export async function openDesk(
  options: Partial<ApprovalDeskOptions> & { store?: ApprovalStore; clock?: Clock } = {},
): Promise<ApprovalDesk> {
  let next = 0;
  return ApprovalDesk.open({
    store: new MapStore(),
    clock: new HandClock(),
    newId: () => `approval-${++next}`,
    onProblem: (error) => {
      throw error;
    },
    ...options,
  });
}

export async function room(options: Partial<ApprovalDeskOptions> = {}): Promise<Room> {
  const store = new MapStore();
  const clock = new HandClock();
  const problems: SluiceError[] = [];
  const desk = await openDesk({ store, clock, onProblem: (error) => problems.push(error), ...options });
  return { desk, store, clock, problems };
}

export function reviewSpec(fields: Partial<ReviewSpec> = {}): ReviewSpec {
  const requirement = {
    policy: "finance",
    rule: "earnings",
    reviewers: ["compliance"],
    approvals: fields.approvals ?? 1,
  };
  return {
    policy: "finance",
    rule: "earnings",
    reviewers: ["compliance"],
    approvals: 1,
    requirements: [requirement],
    expiresMs: 1_800_000,
    onPending: "wait",
    matches: [],
    ...fields,
  };
}

export function reviewRequest(fields: Partial<ReviewRequest> = {}): ReviewRequest {
  return {
    session: "01890000-0000-7000-8000-000000000001",
    spec: reviewSpec(),
    principal: principal(),
    digest: "d1",
    connection: "openai",
    model: "gpt-5",
    policyVersion: "sha256:1",
    sealedRequest: Buffer.from("the whole prompt"),
    ...fields,
  };
}

export const rita = principal({ subject: "rita", groups: ["compliance"], team: null });
export const raul = principal({ subject: "raul", groups: ["compliance"], team: null });
export const ann = principal();
