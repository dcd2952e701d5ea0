import { type AST, RegExpParser } from "@eslint-community/regexpp";
import { SluiceError } from "../domain/errors.js";
import {
  type CharSet,
  closeOverCase,
  complement,
  DIGITS,
  LAST_CODE_POINT,
  LINE_ENDS,
  type Range,
  SPACES,
  unite,
  WORD_CHARS,
} from "./char-set.js";

/** What must hold between two characters; `edge` says that the edge of the text satisfies it. */
export type Assertion =
  | { readonly kind: "word"; readonly negate: boolean }
  | {
      readonly kind: "before" | "after";
      readonly set: CharSet;
      readonly edge: boolean;
      readonly negate: boolean;
    };

/** A pattern as the compiler, the lint and the tests' oracle read it. */
export type Expression =
  | { readonly kind: "set"; readonly set: CharSet }
  | { readonly kind: "sequence"; readonly parts: readonly Expression[] }
  | { readonly kind: "choice"; readonly options: readonly Expression[] }
  | { readonly kind: "repeat"; readonly body: Expression; readonly min: number; readonly max: number }
  | { readonly kind: "capture"; readonly body: Expression }
  | { readonly kind: "assert"; readonly assertion: Assertion };

interface ReadOptions {
  readonly ignoreCase: boolean;
  /** Names the pattern in errors, for example `detector pii/email`. */
  readonly owner: string;
}

/**
 * Reads ECMAScript syntax into an Expression. Only the first capture group is kept as a capture:
 * it is where the masked span begins.
 * @throws SluiceError `invalid_config` for syntax errors and for what no finite automaton does.
 */
export function readPattern(pattern: string, options: ReadOptions): Expression {
  const unicode = /\\[pP]\{|\\u\{|[\ud800-\udbff]/.test(pattern);
  let tree: AST.Pattern;
  try {
    tree = new RegExpParser({ ecmaVersion: 2023 }).parsePattern(pattern, 0, pattern.length, { unicode });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : "unreadable";
    throw new SluiceError("invalid_config", `${options.owner}: the pattern is not valid: ${reason}.`);
  }
  const reader = new PatternReader(options);
  return endAtCapture(reader.choice(tree.alternatives));
}

class PatternReader {
  readonly #options: ReadOptions;
  #captured = false;

  constructor(options: ReadOptions) {
    this.#options = options;
  }

  choice(alternatives: readonly AST.Alternative[]): Expression {
    const options = alternatives.map((each) => this.#sequence(each.elements));
    return options.length === 1 && options[0] !== undefined ? options[0] : { kind: "choice", options };
  }

  #sequence(elements: readonly AST.Element[]): Expression {
    const parts = elements.map((each) => this.#element(each));
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: "sequence", parts };
  }

  #element(node: AST.Element): Expression {
    switch (node.type) {
      case "Group":
        if (node.modifiers !== null) throw this.#refuse("inline modifiers are not supported; use ignoreCase");
        return this.choice(node.alternatives);
      case "CapturingGroup": {
        const first = !this.#captured;
        this.#captured = true;
        const body = this.choice(node.alternatives);
        return first ? { kind: "capture", body } : body;
      }
      case "Quantifier": {
        const body = this.#quantified(node.element);
        return { kind: "repeat", body, min: node.min, max: node.max };
      }
      case "Assertion":
        return { kind: "assert", assertion: this.#assertion(node) };
      case "Backreference":
        throw this.#refuse(
          "a back-reference cannot be decided while text streams; write the alternatives out",
        );
      default:
        return { kind: "set", set: this.#set(node) };
    }
  }

  #quantified(node: AST.QuantifiableElement): Expression {
    if (node.type === "Assertion")
      throw this.#refuse("a repeated look-around means nothing; drop the quantifier");
    return this.#element(node);
  }

  #assertion(node: AST.Assertion): Assertion {
    switch (node.kind) {
      case "word":
        return { kind: "word", negate: node.negate };
      case "start":
        return { kind: "before", set: [], edge: true, negate: false };
      case "end":
        return { kind: "after", set: [], edge: true, negate: false };
      case "lookbehind":
        return { kind: "before", ...this.#side(node.alternatives, "start"), negate: node.negate };
      case "lookahead":
        return { kind: "after", ...this.#side(node.alternatives, "end"), negate: node.negate };
    }
  }

  #side(
    alternatives: readonly AST.Alternative[],
    edgeKind: "start" | "end",
  ): { set: CharSet; edge: boolean } {
    const sets: CharSet[] = [];
    let edge = false;
    for (const { elements } of alternatives) {
      const [only, ...more] = elements;
      if (only === undefined || more.length > 0) {
        throw this.#refuse("look-around may see one character or the edge of the text, not more");
      }
      if (only.type === "Group" || only.type === "CapturingGroup") {
        const inner = this.#side(only.alternatives, edgeKind);
        sets.push(inner.set);
        edge ||= inner.edge;
      } else if (only.type === "Assertion" && only.kind === edgeKind) edge = true;
      else if (only.type === "Assertion" || only.type === "Quantifier" || only.type === "Backreference") {
        throw this.#refuse("look-around may see one character or the edge of the text, not more");
      } else sets.push(this.#set(only));
    }
    return { set: unite(...sets), edge };
  }

  #set(node: AST.Element | AST.CharacterClassElement): CharSet {
    switch (node.type) {
      case "Character":
        return this.#cased([[node.value, node.value]]);
      case "CharacterClassRange":
        return this.#cased([[node.min.value, node.max.value]]);
      case "CharacterSet":
        return this.#named(node);
      case "CharacterClass": {
        const members = unite(...node.elements.map((each) => this.#set(each)));
        return node.negate ? complement(members) : members;
      }
      default:
        throw this.#refuse(`${node.type} is not supported`);
    }
  }

  #named(node: AST.CharacterSet): CharSet {
    switch (node.kind) {
      case "any":
        return complement(LINE_ENDS);
      case "digit":
        return node.negate ? complement(DIGITS) : DIGITS;
      case "space":
        return node.negate ? complement(SPACES) : SPACES;
      case "word":
        return node.negate ? complement(WORD_CHARS) : WORD_CHARS;
      case "property":
        return propertySet(node.raw);
    }
  }

  #cased(set: CharSet): CharSet {
    return this.#options.ignoreCase ? closeOverCase(set) : set;
  }

  #refuse(reason: string): SluiceError {
    return new SluiceError("invalid_config", `${this.#options.owner}: ${reason}.`);
  }
}

/** Members of `\p{...}`, asked of the host's own Unicode tables. */
function propertySet(notation: string): CharSet {
  const test = new RegExp(`^${notation}$`, "u");
  const ranges: Range[] = [];
  let start = -1;
  for (let codePoint = 0; codePoint <= LAST_CODE_POINT + 1; codePoint++) {
    const member = codePoint <= LAST_CODE_POINT && test.test(String.fromCodePoint(codePoint));
    if (member && start < 0) start = codePoint;
    if (!member && start >= 0) {
      ranges.push([start, codePoint - 1]);
      start = -1;
    }
  }
  return ranges;
}

/**
 * A terminator that stands after the capture would be masked with it, since a span ends where the
 * match ends. One character of it, or the edge, is read as look-ahead instead.
 */
function endAtCapture(expression: Expression): Expression {
  if (expression.kind !== "sequence") return expression;
  const { parts } = expression;
  const last = parts.at(-1);
  if (last === undefined || parts.at(-2)?.kind !== "capture") return expression;
  const terminator = asLookahead(last);
  if (terminator === null) return expression;
  return { kind: "sequence", parts: [...parts.slice(0, -1), { kind: "assert", assertion: terminator }] };
}

function asLookahead(expression: Expression): Assertion | null {
  if (expression.kind === "set") return { kind: "after", set: expression.set, edge: false, negate: false };
  if (expression.kind !== "choice") return null;
  let set: CharSet = [];
  let edge = false;
  for (const option of expression.options) {
    if (option.kind === "set") set = unite(set, option.set);
    else if (option.kind === "assert" && isEdge(option.assertion)) edge = true;
    else return null;
  }
  return { kind: "after", set, edge, negate: false };
}

function isEdge(assertion: Assertion): boolean {
  return assertion.kind === "after" && assertion.edge && assertion.set.length === 0 && !assertion.negate;
}
