import type { Alphabet } from "./alphabet.js";
import type { Contexts } from "./contexts.js";
import { Op, type Program } from "./program.js";

/** Kinds of acceptance, in the low two bits of an accept code `rule * 4 + kind`. */
const ACCEPT = 0;
export const OPEN = 1;
export const CLOSE = 2;
/** Context groups per number of a key; fewer than 32, so that no number is negative. */
export const CONTEXT_BITS = 30;
/** Some tens of megabytes. */
const MAX_CACHED = 200_000;
const NONE = new Int32Array(0);

/** Where the nodes that wait for a character lead once it is known. */
export interface Resolution {
  /** Items that wait for the character after. */
  readonly items: Int32Array;
  /** Accept codes that hold before the character. */
  readonly now: Int32Array;
  /** Accept codes that hold once the character is consumed. */
  readonly eager: Int32Array;
  /** What follows from a masked span that starts at the character. */
  readonly tagged: Resolution | null;
  readonly words: readonly number[];
}

/** Answers, and remembers, where nodes lead once the next character is known. */
export class Resolver {
  readonly #program: Program;
  readonly #alphabet: Alphabet;
  readonly #contexts: Contexts;
  readonly #closures: (Resolution | undefined)[] = [];
  readonly #resolutions: (Map<number, Resolution> | undefined)[] = [];
  readonly #starts: (Map<number, Resolution> | undefined)[] = [];
  readonly #startsOfGroup: (Map<number, Resolution> | undefined)[] = [];
  /** Place in `#starts` of each set of open context groups; lives as long as the caches. */
  readonly #contextPlaces = new Map<string, number>();
  /** Resolutions cached; all are dropped together once they are too many. */
  #cached = 0;

  constructor(program: Program, alphabet: Alphabet, contexts: Contexts) {
    this.#program = program;
    this.#alphabet = alphabet;
    this.#contexts = contexts;
  }

  /** Open context groups of a key, ascending. */
  contextsOf(key: Int32Array): readonly number[] {
    const groups: number[] = [];
    for (let group = 0; group < this.#contexts.reach.length; group++) {
      if (((key[1 + Math.floor(group / CONTEXT_BITS)] ?? 0) >> (group % CONTEXT_BITS)) & 1)
        groups.push(group);
    }
    return groups;
  }

  /** What may begin at a character, the rules of open context groups included. */
  startsAt(key: Int32Array, side: number, c: number): Resolution {
    const cached = cellOf(this.#starts, this.#contextPlace(key, this.#contexts.reach.length));
    const slot = side * this.#alphabet.width + c;
    let found = cached.get(slot);
    if (found === undefined) {
      found = this.#groupStarts(-1, { side, c });
      for (const group of this.contextsOf(key)) found = joined(found, this.#groupStarts(group, { side, c }));
      cached.set(slot, found);
      this.#cached++;
    }
    return found;
  }

  /** 0 where no context is open, which is nearly always. */
  #contextPlace(key: Int32Array, groups: number): number {
    const head = 1 + Math.ceil(groups / CONTEXT_BITS);
    let isOpen = false;
    for (let index = 1; index < head; index++) isOpen ||= key[index] !== 0;
    if (!isOpen) return 0;
    const name = key.subarray(1, head).join();
    let place = this.#contextPlaces.get(name);
    if (place === undefined) {
      place = this.#contextPlaces.size + 1;
      this.#contextPlaces.set(name, place);
    }
    return place;
  }

  /** Drops all caches once they hold too much. */
  trim(): void {
    if (this.#cached <= MAX_CACHED) return;
    this.#cached = 0;
    this.#resolutions.length = 0;
    this.#starts.length = 0;
    this.#startsOfGroup.length = 0;
    this.#contextPlaces.clear();
  }

  /** Starts of the rules of one context group, or (-1) of those that ask for no context. */
  #groupStarts(group: number, at: { readonly side: number; readonly c: number }): Resolution {
    const slot = at.side * this.#alphabet.width + at.c;
    const cached = cellOf(this.#startsOfGroup, group + 1);
    let found = cached.get(slot);
    if (found === undefined) {
      const { groupOfRule } = this.#contexts;
      const nodes = this.#program.starts.filter((_, rule) => (groupOfRule[rule] ?? -1) === group);
      if (group < 0 && this.#program.wordStart >= 0) nodes.push(this.#program.wordStart);
      found = this.#resolve(nodes, false, at);
      cached.set(slot, found);
      this.#cached++;
    }
    return found;
  }

  resolution(item: number, tagged: boolean, at: { readonly side: number; readonly c: number }): Resolution {
    const cached = cellOf(this.#resolutions, item * 2 + (tagged ? 1 : 0));
    const where = at.side * this.#alphabet.width + at.c;
    let found = cached.get(where);
    if (found === undefined) {
      found = this.#resolve([item], tagged, at);
      cached.set(where, found);
      this.#cached++;
    }
    return found;
  }

  #resolve(
    nodes: readonly number[],
    tagged: boolean,
    at: { readonly side: number; readonly c: number },
  ): Resolution {
    const { op, a, b } = this.#program;
    const { inSet, holds, sides, width } = this.#alphabet;
    const seen = new Set<number>();
    const stack = [...nodes];
    const found = { items: new Set<number>(), now: new Set<number>(), eager: new Set<number>() };
    const taggedNodes: number[] = [];
    const words: number[] = [];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      const next = a[node] ?? 0;
      const other = b[node] ?? 0;
      switch (op[node]) {
        case Op.char:
          if (inSet[other * width + at.c] === 1) {
            const after = this.closure(next);
            for (const item of after.items) found.items.add(item);
            for (const code of after.eager) found.eager.add(code);
          }
          break;
        case Op.split:
          stack.push(other, next);
          break;
        case Op.assert:
          if (holds[(other * sides + at.side) * width + at.c] === 1) stack.push(next);
          break;
        case Op.tag:
          if (tagged) stack.push(next);
          else taggedNodes.push(next);
          break;
        case Op.accept:
          found.now.add(next * 4 + ACCEPT);
          break;
        case Op.open:
          found.now.add(other * 4 + OPEN);
          stack.push(next);
          break;
        case Op.close:
          found.now.add(next * 4 + CLOSE);
          break;
        case Op.word:
          words.push(next);
          break;
      }
    }
    return {
      ...packed(found),
      tagged: taggedNodes.length === 0 ? null : this.#resolve(taggedNodes, true, at),
      words,
    };
  }

  /** What waits, and what is accepted, after a character was consumed into `node`. */
  closure(node: number): Resolution {
    let found = this.#closures[node];
    if (found === undefined) {
      found = this.#close(node);
      this.#closures[node] = found;
    }
    return found;
  }

  #close(start: number): Resolution {
    const { op, a, b } = this.#program;
    const seen = new Set<number>();
    const stack = [start];
    const found = { items: new Set<number>(), now: new Set<number>(), eager: new Set<number>() };
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      const next = a[node] ?? 0;
      switch (op[node]) {
        case Op.split:
          stack.push(b[node] ?? 0, next);
          break;
        case Op.accept:
          found.eager.add(next * 4 + ACCEPT);
          break;
        case Op.open:
          found.eager.add((b[node] ?? 0) * 4 + OPEN);
          stack.push(next);
          break;
        case Op.close:
          found.eager.add(next * 4 + CLOSE);
          break;
        default:
          found.items.add(node);
      }
    }
    return { ...packed(found), tagged: null, words: [] };
  }
}

function cellOf(cells: (Map<number, Resolution> | undefined)[], index: number): Map<number, Resolution> {
  let cell = cells[index];
  if (cell === undefined) {
    cell = new Map();
    cells[index] = cell;
  }
  return cell;
}

/** Both of two resolutions, whose items belong to different rules. */
function joined(a: Resolution, b: Resolution): Resolution {
  const isEmpty = b.items.length === 0 && b.tagged === null && b.words.length === 0;
  if (isEmpty && b.now.length === 0 && b.eager.length === 0) return a;
  const both = (left: Int32Array, right: Int32Array): Int32Array =>
    right.length === 0 ? left : Int32Array.of(...left, ...right);
  const tagged = a.tagged === null || b.tagged === null ? (a.tagged ?? b.tagged) : joined(a.tagged, b.tagged);
  return {
    items: both(a.items, b.items),
    now: both(a.now, b.now),
    eager: both(a.eager, b.eager),
    tagged,
    words: [...a.words, ...b.words],
  };
}

function packed(found: {
  readonly items: ReadonlySet<number>;
  readonly now: ReadonlySet<number>;
  readonly eager: ReadonlySet<number>;
}): Pick<Resolution, "items" | "now" | "eager"> {
  const pack = (set: ReadonlySet<number>): Int32Array => (set.size === 0 ? NONE : Int32Array.from(set));
  return { items: pack(found.items), now: pack(found.now), eager: pack(found.eager) };
}
