import { createHash } from "node:crypto";
import { asSluiceError, SluiceError } from "../domain/errors.js";
import { Turns } from "../policy/approvals/turns.js";
import type { Message } from "./message.js";

/** Where messages wait on disk; `SealedFiles` has this shape. `put` is durable when it resolves. */
export interface OutboxStore {
  put(id: string, plaintext: Uint8Array): Promise<void>;
  get(id: string): Promise<Uint8Array | null>;
  remove(id: string): Promise<void>;
  list(): Promise<readonly { readonly id: string }[]>;
}

/** A message on its way, and how often it was tried. */
export interface Waiting extends Message {
  readonly destination: string;
  readonly attempts: number;
  readonly giveUpAtMs: number;
  /** Settled, and only remembered. */
  readonly delivered: boolean;
}

const FORMAT = 1;

/** Messages that are not delivered yet, on disk and in memory, so that a restart loses none. */
export class Outbox {
  readonly #store: OutboxStore;
  readonly #items = new Map<string, Waiting>();
  /** Not on disk yet: what was sent before it was written would be sent again after a restart. */
  readonly #writing = new Set<string>();
  readonly #turns = new Turns();

  private constructor(store: OutboxStore) {
    this.#store = store;
  }

  /** Takes up what waited. What cannot be read, or goes to nobody any more, is removed and told. */
  static async open(
    store: OutboxStore,
    {
      knows,
      onProblem,
    }: { readonly knows: (destination: string) => boolean; readonly onProblem: (error: SluiceError) => void },
  ): Promise<Outbox> {
    const outbox = new Outbox(store);
    for (const { id } of await store.list()) {
      try {
        const bytes = await store.get(id);
        const item = bytes === null ? null : decode(bytes);
        if (item !== null && knows(item.destination)) outbox.#items.set(id, item);
        else await store.remove(id);
      } catch (thrown) {
        onProblem(
          new SluiceError(
            "storage_failed",
            "A notification that waited cannot be read; it is left out.",
            {},
            {
              cause: asSluiceError(thrown),
            },
          ),
        );
      }
    }
    return outbox;
  }

  /** How many wait for one destination, those too that are being written. */
  count(destination: string): number {
    return this.all.filter((item) => item.destination === destination && !item.delivered).length;
  }

  /** Those that wait for one destination and are on disk. */
  waiting(destination: string): readonly Waiting[] {
    return [...this.#items].flatMap(([key, item]) =>
      item.destination === destination && !item.delivered && !this.#writing.has(key) ? [item] : [],
    );
  }

  /** Whether the message waits, or is remembered. */
  has(destination: string, id: string): boolean {
    return this.#items.has(keyOf(destination, id));
  }

  get all(): readonly Waiting[] {
    return [...this.#items.values()];
  }

  async put(item: Waiting): Promise<void> {
    const key = keyOf(item.destination, item.id);
    this.#items.set(key, item);
    this.#writing.add(key);
    try {
      await this.#turns.take(key, () =>
        this.#store.put(key, Buffer.from(JSON.stringify({ format: FORMAT, item }))),
      );
    } finally {
      this.#writing.delete(key);
    }
  }

  async remove({ destination, id }: Pick<Waiting, "destination" | "id">): Promise<void> {
    const key = keyOf(destination, id);
    this.#items.delete(key);
    await this.#turns.take(key, () => this.#store.remove(key));
  }
}

/** Names of files are short and of few characters; names of destinations need not be. */
function keyOf(destination: string, id: string): string {
  const name = createHash("sha256").update(destination).digest("hex").slice(0, 8);
  return `${name}-${id}`;
}

/** The store has authenticated the bytes: this guards against another format, not against an attacker. */
function decode(bytes: Uint8Array): Waiting | null {
  const parsed: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
  return isStored(parsed) ? parsed.item : null;
}

function isStored(value: unknown): value is { readonly item: Waiting } {
  if (typeof value !== "object" || value === null || !("format" in value) || !("item" in value)) return false;
  const { format, item } = value;
  return format === FORMAT && typeof item === "object" && item !== null && "id" in item && "body" in item;
}
