import { createCipheriv, createDecipheriv } from "node:crypto";
import { isJsonObject, type JsonObject } from "../domain/json.js";
import type { PrincipalName } from "../domain/principal.js";

export interface MemoryLimits {
  /** Sealed bytes over all callers. Default 128 MiB. */
  readonly bytes: number;
  /** Sealed bytes of one caller, so that nobody forgets for another. Default 16 MiB. */
  readonly bytesPerCaller: number;
  /** Responses over all callers. Default 20,000. */
  readonly responses: number;
}

export const DEFAULT_MEMORY_LIMITS: MemoryLimits = {
  bytes: 128 * 1024 * 1024,
  bytesPerCaller: 16 * 1024 * 1024,
  responses: 20_000,
};

/** Turns that one conversation may have. */
const MOST_TURNS = 1000;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** One turn: what the caller sent in it, and what the caller was given. */
export interface Turn {
  readonly responseId: string;
  /** The response that it went on from, null for a first turn. */
  readonly previous: string | null;
  readonly input: readonly JsonObject[];
  readonly output: readonly JsonObject[];
}

interface Kept {
  readonly number: number;
  readonly caller: string;
  readonly responseId: string;
  readonly itemIds: readonly string[];
  /** By number, since a provider may use an id again. */
  readonly previous: number | null;
  readonly sealed: Buffer;
}

/**
 * What stock clients of the Responses API take for granted: that a response can be gone on from by its id.
 * In memory only, so it is lost at a restart, and then the client is told to send the whole conversation.
 * Turns are sealed with a key of this process and bound to their caller; the oldest go first.
 */
export class ConversationMemory {
  readonly #limits: MemoryLimits;
  readonly #randomBytes: (count: number) => Uint8Array;
  readonly #key: Uint8Array;
  readonly #turns = new Map<number, Kept>();
  /** Latest turn by caller and id of a response or of one of its items. */
  readonly #responses = new Map<string, number>();
  readonly #items = new Map<string, number>();
  readonly #bytesOf = new Map<string, number>();
  #bytes = 0;
  #next = 0;

  constructor(options: {
    readonly randomBytes: (count: number) => Uint8Array;
    readonly limits?: Partial<MemoryLimits>;
  }) {
    this.#limits = { ...DEFAULT_MEMORY_LIMITS, ...options.limits };
    this.#randomBytes = options.randomBytes;
    this.#key = options.randomBytes(32);
  }

  /** Turns that are kept. */
  get size(): number {
    return this.#turns.size;
  }

  /** Sealed bytes that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Keeps a turn in place of an earlier one with its id; one that is over the limits is not kept. */
  remember(principal: PrincipalName, turn: Turn): void {
    const caller = nameOf(principal);
    const previous =
      turn.previous === null ? null : (this.#responses.get(`${caller}${turn.previous}`) ?? null);
    if (turn.previous !== null && previous === null) return;
    const sealed = this.#seal(caller, JSON.stringify({ input: turn.input, output: turn.output }));
    if (sealed.length > Math.min(this.#limits.bytesPerCaller, this.#limits.bytes)) return;
    const number = this.#next++;
    const itemIds = turn.output.flatMap(({ id }) => (typeof id === "string" ? [id] : []));
    this.#turns.set(number, { number, caller, responseId: turn.responseId, itemIds, previous, sealed });
    this.#responses.set(`${caller}${turn.responseId}`, number);
    for (const id of itemIds) this.#items.set(`${caller}${id}`, number);
    this.#count(caller, sealed.length);
    this.#makeRoom(caller);
  }

  /** Every item up to and with a response, in order; null: some turn of it is not known. */
  upTo(principal: PrincipalName, responseId: string): readonly JsonObject[] | null {
    const caller = nameOf(principal);
    let at = this.#responses.get(`${caller}${responseId}`) ?? null;
    if (at === null) return null;
    const turns: (readonly JsonObject[])[] = [];
    while (at !== null) {
      const kept = this.#turns.get(at);
      if (kept === undefined || turns.length === MOST_TURNS) return null;
      const { input, output } = this.#open(kept);
      turns.push([...input, ...output]);
      this.#touch(kept);
      at = kept.previous;
    }
    return turns.reverse().flat();
  }

  /** An item of an output by its id. */
  item(principal: PrincipalName, id: string): JsonObject | null {
    const kept = this.#turns.get(this.#items.get(`${nameOf(principal)}${id}`) ?? -1);
    if (kept === undefined) return null;
    this.#touch(kept);
    return this.#open(kept).output.find((item) => item["id"] === id) ?? null;
  }

  /** False: there was nothing to forget. */
  forget(principal: PrincipalName, responseId: string): boolean {
    const kept = this.#turns.get(this.#responses.get(`${nameOf(principal)}${responseId}`) ?? -1);
    if (kept !== undefined) this.#drop(kept);
    return kept !== undefined;
  }

  /** A conversation that goes on keeps its early turns: what was read last goes last. */
  #touch(kept: Kept): void {
    this.#turns.delete(kept.number);
    this.#turns.set(kept.number, kept);
  }

  #makeRoom(caller: string): void {
    while ((this.#bytesOf.get(caller) ?? 0) > this.#limits.bytesPerCaller) {
      const oldest = this.#oldestOf(caller);
      if (oldest === undefined) break;
      this.#drop(oldest);
    }
    while (this.#bytes > this.#limits.bytes || this.#turns.size > this.#limits.responses) {
      const [oldest] = this.#turns.values();
      if (oldest === undefined) break;
      this.#drop(oldest);
    }
  }

  #oldestOf(caller: string): Kept | undefined {
    for (const kept of this.#turns.values()) if (kept.caller === caller) return kept;
    return undefined;
  }

  #drop(kept: Kept): void {
    const { number, caller, responseId, itemIds, sealed } = kept;
    this.#turns.delete(number);
    if (this.#responses.get(`${caller}${responseId}`) === number)
      this.#responses.delete(`${caller}${responseId}`);
    for (const id of itemIds) {
      if (this.#items.get(`${caller}${id}`) === number) this.#items.delete(`${caller}${id}`);
    }
    this.#count(caller, -sealed.length);
  }

  #count(caller: string, bytes: number): void {
    this.#bytes += bytes;
    const left = (this.#bytesOf.get(caller) ?? 0) + bytes;
    if (left === 0) this.#bytesOf.delete(caller);
    else this.#bytesOf.set(caller, left);
  }

  #seal(caller: string, text: string): Buffer {
    const iv = this.#randomBytes(IV_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#key, iv).setAAD(Buffer.from(caller));
    return Buffer.concat([iv, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  }

  #open({ caller, sealed }: Kept): Pick<Turn, "input" | "output"> {
    const end = sealed.length - TAG_BYTES;
    const decipher = createDecipheriv("aes-256-gcm", this.#key, sealed.subarray(0, IV_BYTES))
      .setAAD(Buffer.from(caller))
      .setAuthTag(sealed.subarray(end));
    const text = Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, end)), decipher.final()]);
    const value: unknown = JSON.parse(text.toString("utf8"));
    return isJsonObject(value)
      ? { input: itemsOf(value["input"]), output: itemsOf(value["output"]) }
      : { input: [], output: [] };
  }
}

function itemsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** No two callers have one name, and no name is the beginning of another with an id. */
function nameOf({ issuer, subject }: PrincipalName): string {
  return `${JSON.stringify([issuer, subject])} `;
}
