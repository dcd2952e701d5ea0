import type { Alphabet } from "./alphabet.js";
import { GROUP, type Stepper } from "./stepper.js";

/** What a transition does beyond starting one span: stored apart from the table of transitions. */
export interface Effect {
  readonly nextRow: number;
  /** Source group of each group that lives on; -1 for a start at this character. */
  readonly moves: readonly number[];
  /** Triples of accept code, source group and whether the character belongs to the span; or null. */
  readonly accepts: readonly number[] | null;
  /** Context words that ended before the character: take the character again from `nextRow`. */
  readonly words: readonly number[] | null;
}

/** `auto` simulates what a full cache does not hold; `never` empties it at once; both others are for tests. */
export type SimulationMode = "auto" | "always" | "never";

export interface AutomatonLimits {
  readonly maxStates: number;
  readonly simulation: SimulationMode;
}

/** Characters, per state, between two looks at how much of the reading a full cache serves. */
const WINDOW_CHARS_PER_STATE = 4;
/** A full cache that serves less than three characters in four is emptied and filled anew. */
const MOST_SIMULATED = 0.25;
const GROUP_BITS = 16;
const MOST_GROUPS = 2 ** GROUP_BITS - 1;
const PAGE_NUMBERS = 1 << 14;
const EFFECTS_PER_STATE = 6;
/** Numbers in keys and effects per state, on average: hostile text makes long keys. */
const NUMBERS_PER_STATE = 100;

/**
 * Lazily determinised automaton. `transitions[row + class]` is 0 where nothing is built yet (and
 * always for the class `exit` and for row 0), positive for `nextRow << 2 | start`, where `start` is
 * 1 when the one live group starts here and 2 when a last group is added, and negative for the
 * complement of an index into the effects. What a full cache does not hold is simulated by the cursor,
 * which comes back as soon as it meets a state that is held. A cache that serves too little is emptied
 * at once; `generation` tells cursors to look their row up again by its key.
 */
export class Automaton {
  readonly alphabet: Alphabet;
  readonly stepper: Stepper;
  readonly width: number;
  readonly #statesPerNumber: number;
  readonly #limits: AutomatonLimits;
  readonly #blockNodes: Uint8Array;
  transitions: Int32Array;
  generation = 0;
  /** Characters read by all cursors; tells thrashing from steady use. */
  consumed = 0;
  readonly firstRow: number;
  #keys: Int32Array[] = [new Int32Array(0)];
  /** Of each state: how many groups it has, and above that the index of the first in a block, plus one. */
  readonly #facts: Int32Array;
  #effects: Effect[] = [];
  readonly #table: Int32Array;
  /** Numbers held in keys and effects. */
  #numbers = 0;
  #page = new Int32Array(0);
  #pageUsed = 0;
  /** Characters that cursors had to simulate. */
  simulated = 0;
  #windowStart = 0;
  #windowSimulated = 0;

  constructor(
    stepper: Stepper,
    alphabet: Alphabet,
    from: { limits: AutomatonLimits; blockNodes: Uint8Array },
  ) {
    this.stepper = stepper;
    this.alphabet = alphabet;
    this.width = alphabet.width;
    this.#statesPerNumber = 1 / alphabet.width;
    this.#limits = from.limits;
    this.#blockNodes = from.blockNodes;
    const states = from.limits.maxStates + 1;
    // The table is allocated whole: pages that are never written cost no memory.
    this.transitions = new Int32Array(states * this.width);
    this.#facts = new Int32Array(states);
    this.#table = new Int32Array(tableSize(states));
    this.firstRow = this.rowOf(stepper.firstKey);
  }

  /** Bytes that the cache may come to hold, for the limit over all rule sets. */
  get bytes(): number {
    return (
      this.transitions.byteLength +
      this.#limits.maxStates * (NUMBERS_PER_STATE * 4 + 100) +
      this.alphabet.hotClassOf.byteLength
    );
  }

  get states(): number {
    return this.#keys.length - 1;
  }

  /** Whether nothing may be cached at all. */
  get isBypassed(): boolean {
    return this.#limits.simulation === "always";
  }

  /** A product is quicker than a quotient; rows are whole multiples, so rounding is exact. */
  #idOf(row: number): number {
    return (row * this.#statesPerNumber + 0.5) | 0;
  }

  keyOf(row: number): Int32Array {
    return this.#keys[this.#idOf(row)] ?? this.stepper.firstKey;
  }

  groupsOf(row: number): number {
    return (this.#facts[this.#idOf(row)] ?? 0) & MOST_GROUPS;
  }

  /** Index of the first group that is inside a block, or -1. */
  blockOf(row: number): number {
    return ((this.#facts[this.#idOf(row)] ?? 0) >>> GROUP_BITS) - 1;
  }

  effect(transition: number): Effect {
    return this.#effects[~transition] ?? NO_EFFECT;
  }

  /** Row of a state, or 0 when the cache has no room for it. */
  rowOf(key: Int32Array): number {
    const { stepper } = this;
    if (stepper.out.length < key.length) stepper.out = new Int32Array(key.length * 2);
    stepper.out.set(key);
    stepper.outLength = key.length;
    return this.#intern();
  }

  /** Row of the state that the stepper has just made, or 0 when it is not held. */
  heldRow(): number {
    const { stepper } = this;
    canonicalise(stepper.out, stepper.outLength, stepper.head);
    return (this.#table[this.#slotOf(stepper.out, stepper.outLength)] ?? 0) * this.width;
  }

  /**
   * Builds the transition of `row` on class `c`, and returns it as the table would hold it; 0 when
   * the cache has no room for where it leads.
   */
  build(row: number, c: number): number {
    const { stepper, generation } = this;
    const key = this.keyOf(row);
    stepper.step(key, key.length, c);
    const words = stepper.words.length === 0 ? null : [...stepper.words];
    const moves = words === null ? [...stepper.moves] : [];
    const accepts = words !== null || stepper.accepts.length === 0 ? null : [...stepper.accepts];
    const nextRow = this.#intern();
    if (nextRow === 0) return 0;
    let transition = plainTransition(nextRow, moves);
    if (words !== null || accepts !== null || transition === 0) {
      transition = ~(this.#effects.push({ nextRow, moves, accepts, words }) - 1);
      this.#numbers += moves.length + (accepts?.length ?? 0);
    }
    if (this.generation === generation) this.transitions[row + c] = transition;
    return transition;
  }

  #intern(): number {
    const { stepper } = this;
    canonicalise(stepper.out, stepper.outLength, stepper.head);
    const { out, outLength } = stepper;
    const slot = this.#slotOf(out, outLength);
    const held = this.#table[slot] ?? 0;
    if (held !== 0) return held * this.width;
    if (this.#isFull) return this.#servesTooLittle() ? this.#flush() : 0;
    this.#numbers += outLength;
    const id = this.#keys.push(this.#kept(out, outLength)) - 1;
    this.#table[slot] = id;
    this.#describe(id);
    return id * this.width;
  }

  /** Keys share pages, since a typed array with memory of its own costs a hundred times its numbers. */
  #kept(key: Int32Array, length: number): Int32Array {
    if (this.#pageUsed + length > this.#page.length) {
      this.#page = new Int32Array(Math.max(PAGE_NUMBERS, length));
      this.#pageUsed = 0;
    }
    const kept = this.#page.subarray(this.#pageUsed, this.#pageUsed + length);
    for (let index = 0; index < length; index++) kept[index] = key[index] ?? 0;
    this.#pageUsed += length;
    return kept;
  }

  /** Slot of the table that holds the key, or the free one where it belongs. */
  #slotOf(key: Int32Array, length: number): number {
    const mask = this.#table.length - 1;
    let slot = hashOf(key, length) & mask;
    for (let id = this.#table[slot] ?? 0; id !== 0; id = this.#table[slot] ?? 0) {
      if (equalKeys(this.#keys[id], key, length)) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #servesTooLittle(): boolean {
    if (this.#limits.simulation === "never") return true;
    const consumed = this.consumed - this.#windowStart;
    if (consumed < this.#limits.maxStates * WINDOW_CHARS_PER_STATE) return false;
    const simulated = this.simulated - this.#windowSimulated;
    this.#windowStart = this.consumed;
    this.#windowSimulated = this.simulated;
    return simulated > consumed * MOST_SIMULATED;
  }

  get #isFull(): boolean {
    const { maxStates } = this.#limits;
    if (this.states >= maxStates || this.#effects.length > maxStates * EFFECTS_PER_STATE) return true;
    // A single state must fit, however small the cache.
    return this.states > 2 && this.#numbers > maxStates * NUMBERS_PER_STATE;
  }

  #describe(id: number): void {
    const { out, outLength } = this.stepper;
    let groups = 0;
    for (let index = this.stepper.head; index < outLength; index++) if (out[index] === GROUP) groups++;
    this.#facts[id] = groups | ((this.blockIn(out, outLength) + 1) << GROUP_BITS);
  }

  /** Index of the first group of a state key that is inside a block, or -1. */
  blockIn(key: Int32Array, length: number): number {
    let groups = 0;
    for (let index = this.stepper.head; index < length; index++) {
      const item = key[index] ?? 0;
      if (item === GROUP) groups++;
      else if (groups > 0 && this.#blockNodes[item] === 1) return groups - 1;
    }
    return -1;
  }

  #flush(): number {
    const { out, outLength } = this.stepper;
    const pending = out.slice(0, outLength);
    this.generation++;
    this.transitions = new Int32Array(this.transitions.length);
    this.#keys = [new Int32Array(0)];
    this.#effects = [];
    this.#numbers = 0;
    this.#table.fill(0);
    this.rowOf(this.stepper.firstKey);
    return this.rowOf(pending);
  }
}

const NO_EFFECT: Effect = { nextRow: 0, moves: [], accepts: null, words: null };

/** The transition as one integer where it starts at most one span and moves none; else 0. */
function plainTransition(nextRow: number, moves: readonly number[]): number {
  const last = moves.length - 1;
  const starts = moves[last] === -1;
  const kept = starts ? last : moves.length;
  for (let group = 0; group < kept; group++) if (moves[group] !== group) return 0;
  if (!starts) return nextRow << 2;
  return (nextRow << 2) | (last === 0 ? 1 : 2);
}

function tableSize(states: number): number {
  return 1 << Math.max(4, Math.ceil(Math.log2(states * 2)));
}

/** Sorts the items inside each group, so that equal states have equal keys. */
function canonicalise(key: Int32Array, length: number, head: number): void {
  let from = head;
  for (let index = head; index < length; index++) {
    const item = key[index] ?? 0;
    if (item === GROUP) {
      from = index + 1;
      continue;
    }
    let slot = index;
    for (; slot > from; slot--) {
      const before = key[slot - 1] ?? 0;
      if (before <= item) break;
      key[slot] = before;
    }
    key[slot] = item;
  }
}

/** Whether two keys, their items in any order, say the same state. */
export function equalStates(a: Int32Array, b: Int32Array, head: number): boolean {
  if (a.length !== b.length) return false;
  const left = a.slice();
  const right = b.slice();
  canonicalise(left, left.length, head);
  canonicalise(right, right.length, head);
  return equalKeys(left, right, right.length);
}

function hashOf(key: Int32Array, length: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < length; index++) hash = Math.imul(hash ^ (key[index] ?? 0), 0x01000193);
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) ^ (hash >>> 13);
}

function equalKeys(key: Int32Array | undefined, out: Int32Array, length: number): boolean {
  if (key === undefined || key.length !== length) return false;
  for (let index = 0; index < length; index++) if (key[index] !== out[index]) return false;
  return true;
}
