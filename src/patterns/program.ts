import { SluiceError } from "../domain/errors.js";
import { ANY, type CharSet, closeOverCase, complement, SPACES, unite } from "./char-set.js";
import type { Assertion, Expression } from "./expression.js";

/** What a node of the program does. A plain object of constants: the hot code compares integers. */
export const Op = {
  /** Consumes one character of set `b`, then `a`. */
  char: 0,
  /** Goes to `a` and to `b`. */
  split: 1,
  /** Goes to `a` where assertion `b` holds. */
  assert: 2,
  /** The masked span of the rule starts here; then `a`. */
  tag: 3,
  /** Rule `a` matches up to here. */
  accept: 4,
  /** The block of rule `b` has begun: it counts as matched for as long as it lives; then `a`. */
  open: 5,
  /** The block of rule `a` ends here, and with it every item of the rule in its group. */
  close: 6,
  /** Context word `a` ends here. */
  word: 7,
} as const;

/** Nondeterministic program of a rule set, as flat arrays indexed by node. */
export interface Program {
  readonly op: Uint8Array;
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** Rule that the node belongs to; -1 for context words. */
  readonly rule: Int32Array;
  /** First node of each rule. */
  readonly starts: readonly number[];
  /** First node of the trie of context words, or -1. */
  readonly wordStart: number;
  readonly sets: readonly CharSet[];
  readonly assertions: readonly Assertion[];
}

export interface ProgramRule {
  readonly owner: string;
  readonly expression: Expression;
  readonly end: Expression | null;
}

const MAX_NODES = 400_000;
const MAX_NODES_PER_RULE = 20_000;

/** Compiles expressions and context words; `words[i]` becomes `Op.word` with `a = i`. */
export function compileProgram(rules: readonly ProgramRule[], words: readonly string[]): Program {
  const builder = new ProgramBuilder();
  const starts = rules.map((rule, index) => builder.rule(rule, index));
  const wordStart = builder.words(words);
  return builder.finish(starts, wordStart);
}

const LETTERS_AND_DIGITS: CharSet = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x61, 0x7a],
  [0xc0, 0x24f],
];
const NOT_IN_WORD = { set: complement(LETTERS_AND_DIGITS), edge: true, negate: false } as const;
/** A blank in a context word stands for one blank, hyphen, underscore or full stop. */
const WORD_GAP: CharSet = unite(SPACES, [[0x2d, 0x2e]], [[0x5f, 0x5f]]);

class ProgramBuilder {
  readonly #op: number[] = [];
  readonly #a: number[] = [];
  readonly #b: number[] = [];
  readonly #rule: number[] = [];
  readonly #sets = new Map<string, number>();
  readonly #setList: CharSet[] = [];
  readonly #assertions = new Map<string, number>();
  readonly #assertionList: Assertion[] = [];
  #current = -1;
  #owner = "";

  rule(rule: ProgramRule, index: number): number {
    this.#current = index;
    this.#owner = rule.owner;
    const before = this.#op.length;
    const body = rule.expression;
    const start = hasCapture(body)
      ? this.#expression(body, this.#last(rule, index))
      : this.#node(Op.tag, this.#expression(body, this.#last(rule, index)));
    if (this.#op.length - before > MAX_NODES_PER_RULE || this.#op.length > MAX_NODES) {
      throw new SluiceError(
        "invalid_config",
        `${rule.owner}: the pattern compiles to ${this.#op.length - before} nodes; shorten its counted repeats.`,
      );
    }
    return start;
  }

  #last(rule: ProgramRule, index: number): number {
    if (rule.end === null) return this.#node(Op.accept, index);
    const loop = this.#node(Op.split, -1, -1);
    this.#a[loop] = this.#expression({ kind: "set", set: ANY }, loop);
    this.#b[loop] = this.#expression(rule.end, this.#node(Op.close, index));
    return this.#node(Op.open, loop, index);
  }

  words(words: readonly string[]): number {
    this.#current = -1;
    if (words.length === 0) return -1;
    const entries = words.map((word, index) => ({ word: [...word.trim().toLowerCase()], index }));
    const bounded = entries.filter(({ word }) => isBounded(word[0]));
    const free = entries.filter(({ word }) => !isBounded(word[0]));
    const before = this.#assert({ kind: "before", ...NOT_IN_WORD }, this.#trie(bounded, 0));
    return free.length === 0 ? before : this.#node(Op.split, before, this.#trie(free, 0));
  }

  #trie(
    entries: readonly { readonly word: readonly string[]; readonly index: number }[],
    depth: number,
  ): number {
    const branches: number[] = [];
    const byChar = new Map<string, { readonly word: readonly string[]; readonly index: number }[]>();
    for (const entry of entries) {
      const { word, index } = entry;
      const char = word[depth];
      if (char !== undefined) {
        const group = byChar.get(char);
        if (group === undefined) byChar.set(char, [entry]);
        else group.push(entry);
        continue;
      }
      const end = this.#node(Op.word, index);
      branches.push(isBounded(word.at(-1)) ? this.#assert({ kind: "after", ...NOT_IN_WORD }, end) : end);
    }
    for (const [char, group] of byChar) {
      const codePoint = char.codePointAt(0) ?? 0;
      const set = char === " " ? WORD_GAP : closeOverCase([[codePoint, codePoint]]);
      branches.push(this.#char(set, this.#trie(group, depth + 1)));
    }
    return this.#either(branches);
  }

  #either(branches: readonly number[]): number {
    const [first, ...rest] = branches;
    if (first === undefined) return this.#char([], 0);
    return rest.reduce((node, branch) => this.#node(Op.split, node, branch), first);
  }

  #expression(expression: Expression, next: number): number {
    switch (expression.kind) {
      case "set":
        return this.#char(expression.set, next);
      case "sequence":
        return expression.parts.reduceRight((after, part) => this.#expression(part, after), next);
      case "choice":
        return this.#either(expression.options.map((option) => this.#expression(option, next)));
      case "capture":
        return this.#node(Op.tag, this.#expression(expression.body, next));
      case "assert":
        return this.#assert(expression.assertion, next);
      case "repeat":
        return this.#repeat(expression.body, expression, next);
    }
  }

  #repeat(
    body: Expression,
    { min, max }: { readonly min: number; readonly max: number },
    next: number,
  ): number {
    let node = next;
    if (max === Number.POSITIVE_INFINITY) {
      const loop = this.#node(Op.split, -1, next);
      this.#a[loop] = this.#expression(body, loop);
      node = loop;
    } else {
      for (let count = min; count < max; count++)
        node = this.#node(Op.split, this.#expression(body, node), next);
    }
    for (let count = 0; count < min; count++) node = this.#expression(body, node);
    return node;
  }

  #char(set: CharSet, next: number): number {
    const key = JSON.stringify(set);
    let id = this.#sets.get(key);
    if (id === undefined) {
      id = this.#setList.push(set) - 1;
      this.#sets.set(key, id);
    }
    return this.#node(Op.char, next, id);
  }

  #assert(assertion: Assertion, next: number): number {
    const key = JSON.stringify(assertion);
    let id = this.#assertions.get(key);
    if (id === undefined) {
      id = this.#assertionList.push(assertion) - 1;
      this.#assertions.set(key, id);
    }
    return this.#node(Op.assert, next, id);
  }

  #node(op: number, a: number, b = -1): number {
    if (this.#op.length > MAX_NODES) {
      throw new SluiceError(
        "invalid_config",
        `${this.#owner}: the pattern is too large; shorten its counted repeats.`,
      );
    }
    this.#op.push(op);
    this.#a.push(a);
    this.#b.push(b);
    return this.#rule.push(this.#current) - 1;
  }

  finish(starts: readonly number[], wordStart: number): Program {
    return {
      op: Uint8Array.from(this.#op),
      a: Int32Array.from(this.#a),
      b: Int32Array.from(this.#b),
      rule: Int32Array.from(this.#rule),
      starts,
      wordStart,
      sets: this.#setList,
      assertions: this.#assertionList,
    };
  }
}

/** Scripts without spaces between words have no word edge to ask for. */
function isBounded(char: string | undefined): boolean {
  const codePoint = char?.codePointAt(0) ?? 0;
  return LETTERS_AND_DIGITS.some(([low, high]) => codePoint >= low && codePoint <= high);
}

export function hasCapture(expression: Expression): boolean {
  switch (expression.kind) {
    case "capture":
      return true;
    case "sequence":
      return expression.parts.some(hasCapture);
    case "choice":
      return expression.options.some(hasCapture);
    case "repeat":
      return hasCapture(expression.body);
    case "set":
    case "assert":
      return false;
  }
}
