import type { Alphabet } from "./alphabet.js";
import type { Contexts } from "./contexts.js";
import { Op, type Program } from "./program.js";

/** Context groups per number of a key; fewer than 32, so that no number equals GROUP. */
const BITS = 30;
/** Some tens of megabytes. */
const MAX_CACHED = 200_000;
/** Separates groups in a state key; node numbers are never negative. */
export const GROUP = -1;
/** Kinds of acceptance, in the low two bits of an accept code `rule * 4 + kind`. */
export const ACCEPT = 0;
export const OPEN = 1;
export const CLOSE = 2;

const NONE = new Int32Array(0);

/** Where the nodes that wait for a character lead once it is known. */
interface Resolution {
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

/**
 * One step of the subset construction. A state key is `[side, open contexts..., items..., GROUP,
 * items..., GROUP, items...]`, items from `head` on: items before the first GROUP have no start of the masked span yet; each group
 * has one start, and groups stand in order of their starts. The results of a step stay in the
 * public scratch arrays until the next.
 */
export class Stepper {
  readonly #program: Program;
  readonly #alphabet: Alphabet;
  readonly #contexts: Contexts;
  /** 1 where every start of a rule must be kept apart, since a validator may refuse one of them. */
  readonly #apart: Uint8Array;
  readonly #closures: (Resolution | undefined)[] = [];
  readonly #resolutions: (Map<number, Resolution> | undefined)[] = [];
  readonly #starts: (Map<number, Resolution> | undefined)[] = [];
  readonly #startsOfGroup: (Map<number, Resolution> | undefined)[] = [];
  /** Place in `#starts` of each set of open context groups; lives as long as the caches. */
  readonly #contextPlaces = new Map<string, number>();
  /** Resolutions cached; all caches are dropped together once they are too many. */
  #cached = 0;
  readonly #markFree: Int32Array;
  readonly #markShared: Int32Array;
  readonly #markGroup: Int32Array;
  #step = 0;
  #group = 0;

  /** Where the items of a key begin. */
  readonly head: number;
  out = new Int32Array(1024);
  outLength = 0;
  /** Source group of each group of the result; -1 for a start at this character. */
  readonly moves: number[] = [];
  /** Triples: accept code, source group (-1: this character), 1 when the character belongs to the span. */
  readonly accepts: number[] = [];
  /** Context words that end before the character; when not empty the step must be taken again from `out`. */
  readonly words: number[] = [];

  constructor(program: Program, alphabet: Alphabet, from: { contexts: Contexts; apart: Uint8Array }) {
    this.#program = program;
    this.#alphabet = alphabet;
    this.#contexts = from.contexts;
    this.#apart = from.apart;
    this.head = 1 + Math.ceil(from.contexts.reach.length / BITS);
    const nodes = program.op.length;
    this.#markFree = new Int32Array(nodes);
    this.#markShared = new Int32Array(nodes);
    this.#markGroup = new Int32Array(nodes);
  }

  get firstKey(): Int32Array {
    const key = new Int32Array(this.head);
    key[0] = this.#alphabet.sideOf[this.#alphabet.edge] ?? 0;
    return key;
  }

  /** Writes which context groups are open into a key. */
  setContexts(key: Int32Array, groups: Iterable<number>): void {
    key.fill(0, 1, this.head);
    for (const group of groups) {
      const place = 1 + Math.floor(group / BITS);
      key[place] = (key[place] ?? 0) | (1 << (group % BITS));
    }
  }

  #contextsOf(key: Int32Array): readonly number[] {
    const groups: number[] = [];
    for (let group = 0; group < this.#contexts.reach.length; group++) {
      if (((key[1 + Math.floor(group / BITS)] ?? 0) >> (group % BITS)) & 1) groups.push(group);
    }
    return groups;
  }

  step(key: Int32Array, length: number, c: number): void {
    this.moves.length = 0;
    this.accepts.length = 0;
    this.words.length = 0;
    this.#step++;
    if (this.#cached > MAX_CACHED) this.#dropCaches();
    const side = key[0] ?? 0;
    const begin = this.#startsAt(key, side, c);
    if (this.out.length < length + 64) this.#reserve(length * 2 + 64);
    this.out[0] = this.#alphabet.sideOf[c] ?? 0;
    for (let index = 1; index < this.head; index++) this.out[index] = key[index] ?? 0;
    this.outLength = this.head;
    this.#addFree(begin.items);
    const tagged: Resolution[] = begin.tagged === null ? [] : [begin.tagged];
    let at = this.#stepFree(key, length, { side, c, tagged });
    if (this.words.length > 0) {
      this.#openContexts(key, length, { side, c });
      return;
    }
    for (let group = 0; at < length; group++) at = this.#stepGroup(key, at + 1, { length, side, c, group });
    if (tagged.length > 0) this.#stepTagged(tagged);
  }

  #stepFree(
    key: Int32Array,
    length: number,
    at: { readonly side: number; readonly c: number; readonly tagged: Resolution[] },
  ): number {
    const { op, a, b } = this.#program;
    const { inSet, width } = this.#alphabet;
    let index = this.head;
    for (; index < length; index++) {
      const item = key[index] ?? GROUP;
      if (item === GROUP) break;
      if (op[item] === Op.char) {
        if (inSet[(b[item] ?? 0) * width + at.c] === 1) this.#addFree(this.#closure(a[item] ?? 0).items);
        continue;
      }
      const found = this.#resolution(item, false, at);
      this.#addFree(found.items);
      if (found.tagged !== null) at.tagged.push(found.tagged);
      if (found.words.length > 0) this.words.push(...found.words);
    }
    return index;
  }

  #stepGroup(
    key: Int32Array,
    from: number,
    at: { readonly length: number; readonly side: number; readonly c: number; readonly group: number },
  ): number {
    const { op, a, b } = this.#program;
    const { inSet, width } = this.#alphabet;
    const begun = this.#beginGroup();
    const accepted = this.accepts.length;
    let index = from;
    for (; index < at.length; index++) {
      const item = key[index] ?? GROUP;
      if (item === GROUP) break;
      if (op[item] === Op.char) {
        if (inSet[(b[item] ?? 0) * width + at.c] === 1)
          this.#addTagged(this.#closure(a[item] ?? 0), at.group);
      } else this.#addTagged(this.#resolution(item, true, at), at.group);
    }
    this.#endGroup(begun, { source: at.group, accepted });
    return index;
  }

  #stepTagged(tagged: readonly Resolution[]): void {
    const begun = this.#beginGroup();
    const accepted = this.accepts.length;
    for (const each of tagged) this.#addTagged(each, -1);
    this.#endGroup(begun, { source: -1, accepted });
  }

  #beginGroup(): number {
    this.#group++;
    const begun = this.outLength;
    this.#push(GROUP);
    return begun;
  }

  #endGroup(begun: number, from: { readonly source: number; readonly accepted: number }): void {
    for (let index = from.accepted; index < this.accepts.length; index += 3) {
      const code = this.accepts[index] ?? 0;
      if ((code & 3) === CLOSE) this.#dropRule(begun, code >> 2);
    }
    if (this.outLength === begun + 1) this.outLength = begun;
    else this.moves.push(from.source);
  }

  /** A closed block leaves nothing of its rule behind in its group. */
  #dropRule(begun: number, rule: number): void {
    let kept = begun + 1;
    for (let index = begun + 1; index < this.outLength; index++) {
      const item = this.out[index] ?? 0;
      if (this.#program.rule[item] !== rule) this.out[kept++] = item;
    }
    this.outLength = kept;
  }

  #addFree(items: Int32Array): void {
    for (let index = 0; index < items.length; index++) {
      const item = items[index] ?? 0;
      if (this.#markFree[item] === this.#step) continue;
      this.#markFree[item] = this.#step;
      this.#push(item);
    }
  }

  #addTagged(found: Resolution, group: number): void {
    const { items, now, eager } = found;
    for (let index = 0; index < items.length; index++) {
      const item = items[index] ?? 0;
      if (this.#apart[this.#program.rule[item] ?? 0] === 1) {
        if (this.#markGroup[item] === this.#group) continue;
        this.#markGroup[item] = this.#group;
      } else {
        if (this.#markShared[item] === this.#step) continue;
        this.#markShared[item] = this.#step;
      }
      this.#push(item);
    }
    for (let index = 0; index < now.length; index++) this.#accept(now[index] ?? 0, group, 0);
    for (let index = 0; index < eager.length; index++) this.#accept(eager[index] ?? 0, group, 1);
  }

  /** The earliest start of a rule speaks for the later ones, unless a validator may refuse it. */
  #accept(code: number, group: number, eager: number): void {
    const { accepts } = this;
    const apart = this.#apart[code >> 2] === 1;
    for (let index = 0; index < accepts.length; index += 3) {
      if (accepts[index] !== code || accepts[index + 2] !== eager) continue;
      if (!apart || accepts[index + 1] === group) return;
    }
    accepts.push(code, group, eager);
  }

  /** Rewrites the state so that the words that ended are known and their groups are open. */
  #openContexts(key: Int32Array, length: number, at: { readonly side: number; readonly c: number }): void {
    const open = new Set(this.#contextsOf(key));
    for (const word of this.words)
      for (const group of this.#contexts.groupsOfWord[word] ?? []) open.add(group);
    this.#reserve(length + 64);
    this.out[0] = key[0] ?? 0;
    this.setContexts(this.out, open);
    this.outLength = this.head;
    let free = true;
    for (let index = this.head; index < length; index++) {
      const item = key[index] ?? GROUP;
      if (item === GROUP) free = false;
      else if (
        free &&
        this.#program.op[item] !== Op.char &&
        this.#resolution(item, false, at).words.length > 0
      )
        continue;
      this.#push(item);
    }
  }

  #push(item: number): void {
    if (this.outLength === this.out.length) this.#reserve(this.outLength * 2);
    this.out[this.outLength++] = item;
  }

  #reserve(length: number): void {
    if (length <= this.out.length) return;
    const grown = new Int32Array(length);
    grown.set(this.out);
    this.out = grown;
  }

  #startsAt(key: Int32Array, side: number, c: number): Resolution {
    const cached = cellOf(this.#starts, this.#contextPlace(key));
    const slot = side * this.#alphabet.width + c;
    let found = cached.get(slot);
    if (found === undefined) {
      found = this.#groupStarts(-1, { side, c });
      for (const group of this.#contextsOf(key)) found = joined(found, this.#groupStarts(group, { side, c }));
      cached.set(slot, found);
      this.#cached++;
    }
    return found;
  }

  /** 0 where no context is open, which is nearly always. */
  #contextPlace(key: Int32Array): number {
    let isOpen = false;
    for (let index = 1; index < this.head; index++) isOpen ||= key[index] !== 0;
    if (!isOpen) return 0;
    const name = key.subarray(1, this.head).join();
    let place = this.#contextPlaces.get(name);
    if (place === undefined) {
      place = this.#contextPlaces.size + 1;
      this.#contextPlaces.set(name, place);
    }
    return place;
  }

  #dropCaches(): void {
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

  #resolution(item: number, tagged: boolean, at: { readonly side: number; readonly c: number }): Resolution {
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
            const after = this.#closure(next);
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
  #closure(node: number): Resolution {
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
