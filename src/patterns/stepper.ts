import type { Alphabet } from "./alphabet.js";
import type { Contexts } from "./contexts.js";
import { Op, type Program } from "./program.js";
import { CLOSE, CONTEXT_BITS, type Resolution, Resolver } from "./resolver.js";

/** Separates groups in a state key; node numbers are never negative. */
export const GROUP = -1;

/** Numbers of a node in the tables of a stepper, and their places. */
const STRIDE = 4;
const SET = 0;
const LEADS = 1;
const APART = 2;
const FREE = 0;
const SHARED = 1;
const IN_GROUP = 2;

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
  readonly #resolver: Resolver;
  /**
   * What a step asks of a node, side by side, since it is far reads that cost time: the place of its set
   * in `inSet` (-1: it is no `char`), the one node that a character leads to where it is one alone and
   * accepts nothing (-1: ask the closure; -2: not known yet), and 1 where its rule's starts are kept apart.
   */
  readonly #nodes: Int32Array;
  /** The last step that put a node among the free ones, or into any group; the last group it is in. */
  readonly #marks: Int32Array;
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
    this.#resolver = new Resolver(program, alphabet, from.contexts);
    this.head = 1 + Math.ceil(from.contexts.reach.length / CONTEXT_BITS);
    this.#nodes = new Int32Array(program.op.length * STRIDE);
    this.#marks = new Int32Array(program.op.length * STRIDE);
    for (const [node, op] of program.op.entries()) {
      const base = node * STRIDE;
      this.#nodes[base + SET] = op === Op.char ? (program.b[node] ?? 0) * alphabet.width : -1;
      this.#nodes[base + LEADS] = -2;
      this.#nodes[base + APART] = from.apart[program.rule[node] ?? 0] ?? 0;
    }
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
      const place = 1 + Math.floor(group / CONTEXT_BITS);
      key[place] = (key[place] ?? 0) | (1 << (group % CONTEXT_BITS));
    }
  }

  step(key: Int32Array, length: number, c: number): void {
    this.moves.length = 0;
    this.accepts.length = 0;
    this.words.length = 0;
    this.#step++;
    this.#resolver.trim();
    const side = key[0] ?? 0;
    const begin = this.#resolver.startsAt(key, side, c);
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
    const { inSet } = this.#alphabet;
    let index = this.head;
    for (; index < length; index++) {
      const item = key[index] ?? GROUP;
      if (item === GROUP) break;
      const set = this.#nodes[item * STRIDE + SET] ?? -1;
      if (set >= 0) {
        if (inSet[set + at.c] !== 1) continue;
        const next = this.#leadsTo(item);
        if (next >= 0) this.#addFreeItem(next);
        else this.#addFree(this.#closureAfter(item).items);
        continue;
      }
      const found = this.#resolver.resolution(item, false, at);
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
    const { inSet } = this.#alphabet;
    const begun = this.#beginGroup();
    const accepted = this.accepts.length;
    let index = from;
    for (; index < at.length; index++) {
      const item = key[index] ?? GROUP;
      if (item === GROUP) break;
      const set = this.#nodes[item * STRIDE + SET] ?? -1;
      if (set >= 0) {
        if (inSet[set + at.c] !== 1) continue;
        const next = this.#leadsTo(item);
        if (next >= 0) this.#addTaggedItem(next);
        else this.#addTagged(this.#closureAfter(item), at.group);
      } else this.#addTagged(this.#resolver.resolution(item, true, at), at.group);
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

  #closureAfter(item: number): Resolution {
    return this.#resolver.closure(this.#program.a[item] ?? 0);
  }

  #leadsTo(item: number): number {
    const place = item * STRIDE + LEADS;
    const known = this.#nodes[place] ?? -1;
    if (known !== -2) return known;
    const { items, eager } = this.#closureAfter(item);
    const next = items.length === 1 && eager.length === 0 ? (items[0] ?? -1) : -1;
    this.#nodes[place] = next;
    return next;
  }

  #addFree(items: Int32Array): void {
    for (let index = 0; index < items.length; index++) this.#addFreeItem(items[index] ?? 0);
  }

  #addFreeItem(item: number): void {
    const place = item * STRIDE + FREE;
    if (this.#marks[place] === this.#step) return;
    this.#marks[place] = this.#step;
    this.#push(item);
  }

  #addTaggedItem(item: number): void {
    const base = item * STRIDE;
    if (this.#nodes[base + APART] === 1) {
      if (this.#marks[base + IN_GROUP] === this.#group) return;
      this.#marks[base + IN_GROUP] = this.#group;
    } else {
      if (this.#marks[base + SHARED] === this.#step) return;
      this.#marks[base + SHARED] = this.#step;
    }
    this.#push(item);
  }

  #addTagged(found: Resolution, group: number): void {
    const { items, now, eager } = found;
    for (let index = 0; index < items.length; index++) this.#addTaggedItem(items[index] ?? 0);
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
    const open = new Set(this.#resolver.contextsOf(key));
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
        this.#resolver.resolution(item, false, at).words.length > 0
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
}
