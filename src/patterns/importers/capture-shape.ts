import { type AST, RegExpParser } from "@eslint-community/regexpp";

/** Where the capture of a pattern stands, and what follows it. */
export type CaptureShape =
  | { readonly kind: "none" }
  /** Every match passes it exactly once. */
  | { readonly kind: "certain"; readonly tail: readonly AST.Element[] }
  /** In an alternative or a repeat, so that a match may pass it never or several times. */
  | { readonly kind: "uncertain" };

export function captureShape(pattern: string): CaptureShape {
  const tree = parse(pattern);
  const [only, ...others] = tree.alternatives;
  if (!pattern.replace(/\\./g, "").match(/\((?!\?)/)) return { kind: "none" };
  const at = only?.elements.findIndex((element) => element.type === "CapturingGroup") ?? -1;
  if (only === undefined || others.length > 0 || at < 0) return { kind: "uncertain" };
  return { kind: "certain", tail: only.elements.slice(at + 1) };
}

function parse(pattern: string): AST.Pattern {
  const unicode = /\\[pP]\{/.test(pattern);
  return new RegExpParser({ ecmaVersion: 2023 }).parsePattern(pattern, 0, pattern.length, { unicode });
}

export interface TailRewrite {
  readonly pattern: string;
  /** Whether the tail said more than its first character, so that the rewritten pattern finds more. */
  readonly finds: "same" | "more";
}

/**
 * What stands behind the capture would be masked with it, since a span ends where the match ends; so the
 * tail becomes a look-ahead at its first character. That can only find more.
 */
export function tailAsLookahead(pattern: string, tail: readonly AST.Element[]): TailRewrite {
  const first = tail[0];
  if (first === undefined || tail.every((element) => element.type === "Assertion"))
    return { pattern, finds: "same" };
  const head = pattern.slice(0, first.start);
  const starts = firstCharacters(tail);
  const finds = longestTail(tail) > 1 ? "more" : "same";
  if (starts.mayBeEmpty) return { pattern: head, finds: "more" };
  return { pattern: `${head}(?=${[...new Set(starts.texts)].join("|")})`, finds };
}

interface Starts {
  readonly texts: readonly string[];
  readonly mayBeEmpty: boolean;
}

function firstCharacters(elements: readonly AST.Element[]): Starts {
  const texts: string[] = [];
  for (const element of elements) {
    const starts = startsOf(element);
    texts.push(...starts.texts);
    if (!starts.mayBeEmpty) return { texts, mayBeEmpty: false };
  }
  return { texts, mayBeEmpty: true };
}

function startsOf(element: AST.Element): Starts {
  switch (element.type) {
    case "Group":
    case "CapturingGroup": {
      const each = element.alternatives.map((alternative) => firstCharacters(alternative.elements));
      return {
        texts: each.flatMap(({ texts }) => texts),
        mayBeEmpty: each.some(({ mayBeEmpty }) => mayBeEmpty),
      };
    }
    case "Quantifier": {
      const { texts, mayBeEmpty } = startsOf(element.element);
      return { texts, mayBeEmpty: mayBeEmpty || element.min === 0 };
    }
    case "Assertion":
      return element.kind === "end" ? { texts: ["$"], mayBeEmpty: false } : { texts: [], mayBeEmpty: true };
    case "Backreference":
      return { texts: [], mayBeEmpty: true };
    default:
      return { texts: [element.raw], mayBeEmpty: false };
  }
}

function longestTail(elements: readonly AST.Element[]): number {
  return elements.reduce((sum, element) => sum + longest(element), 0);
}

function longest(element: AST.Element): number {
  switch (element.type) {
    case "Group":
    case "CapturingGroup":
      return Math.max(...element.alternatives.map((alternative) => longestTail(alternative.elements)));
    case "Quantifier":
      return element.max * longest(element.element);
    case "Assertion":
    case "Backreference":
      return 0;
    default:
      return 1;
  }
}
