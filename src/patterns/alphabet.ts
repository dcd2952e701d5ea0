import { type CharSet, contains, WORD_CHARS } from "./char-set.js";
import type { Assertion } from "./expression.js";
import { FOLDS } from "./fold.js";

/**
 * Characters that a pattern set cannot tell apart share a class. The hot loop looks a UTF-16 unit up
 * in `hotClassOf`, where surrogates and characters that start a second reading (folding, escapes,
 * markup) all have the class `exit`, whose transitions are never filled in: the loop leaves there
 * without an extra test.
 */
export interface Alphabet {
  readonly hotClassOf: Uint8Array | Uint16Array;
  /** Number of classes, `exit` and the edge of the text included: the width of a transition row. */
  readonly width: number;
  readonly exit: number;
  /** Class of the edge of the text, at its beginning and its end. */
  readonly edge: number;
  classOf(codePoint: number): number;
  /** Whether members of class `c` are in set `set`, at `set * width + c`. */
  readonly inSet: Uint8Array;
  /** What assertions can know of the character before, by its class. */
  readonly sideOf: Int32Array;
  readonly sides: number;
  /** Whether an assertion holds, at `(assertion * sides + side of the left) * width + class of the right`. */
  readonly holds: Uint8Array;
}

/** ASCII characters that may mean something else in an escape or in markup. */
const MARKS: ReadonlySet<number> = new Set(Array.from("\\&%*`~_", (char) => char.charCodeAt(0)));

export function isDisguise(codePoint: number): boolean {
  return codePoint < 0x80 ? MARKS.has(codePoint) : FOLDS.has(codePoint);
}

const UNITS = 0x10000;

export function buildAlphabet(sets: readonly CharSet[], assertions: readonly Assertion[]): Alphabet {
  const told = [...sets, ...assertions.map((each) => (each.kind === "word" ? WORD_CHARS : each.set))];
  const { starts, classes, samples } = partition(told);
  const exit = samples.length;
  const edge = exit + 1;
  const width = exit + 2;
  const classOf = (codePoint: number): number => classes[segmentOf(starts, codePoint)] ?? 0;
  return {
    hotClassOf: hotTable({ starts, classes, exit }),
    width,
    exit,
    edge,
    classOf,
    inSet: membership(sets, samples, width),
    ...assertionTables(assertions, samples, width),
  };
}

/** Cuts the code points where any set begins or ends and groups the pieces by membership. */
function partition(sets: readonly CharSet[]): {
  readonly starts: Int32Array;
  readonly classes: Int32Array;
  readonly samples: readonly number[];
} {
  const cuts = new Set([0]);
  for (const set of sets) {
    for (const [low, high] of set) cuts.add(low).add(high + 1);
  }
  const starts = Int32Array.from([...cuts].sort((a, b) => a - b));
  const bySignature = new Map<string, number>();
  const samples: number[] = [];
  const classes = starts.map((start) => {
    const signature = sets.map((set) => (contains(set, start) ? "1" : "0")).join("");
    let id = bySignature.get(signature);
    if (id === undefined) {
      id = samples.push(start) - 1;
      bySignature.set(signature, id);
    }
    return id;
  });
  return { starts, classes, samples };
}

function segmentOf(starts: Int32Array, codePoint: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= codePoint) low = middle;
    else high = middle - 1;
  }
  return low;
}

function hotTable(from: { starts: Int32Array; classes: Int32Array; exit: number }): Uint8Array | Uint16Array {
  const table = from.exit < 0xff ? new Uint8Array(UNITS) : new Uint16Array(UNITS);
  from.starts.forEach((start, index) => {
    const end = Math.min(from.starts[index + 1] ?? UNITS, UNITS);
    if (start < end) table.fill(from.classes[index] ?? 0, start, end);
  });
  table.fill(from.exit, 0xd800, 0xe000);
  for (const mark of MARKS) table[mark] = from.exit;
  for (const codePoint of FOLDS.keys()) if (codePoint < UNITS) table[codePoint] = from.exit;
  return table;
}

function membership(sets: readonly CharSet[], samples: readonly number[], width: number): Uint8Array {
  const table = new Uint8Array(sets.length * width);
  sets.forEach((set, index) => {
    samples.forEach((sample, classId) => {
      if (contains(set, sample)) table[index * width + classId] = 1;
    });
  });
  return table;
}

/** Whether `assertion` holds between two characters; -1 stands for the edge of the text. */
function assertionHolds(assertion: Assertion, left: number, right: number): boolean {
  switch (assertion.kind) {
    case "word": {
      const differs = isWordChar(left) !== isWordChar(right);
      return differs !== assertion.negate;
    }
    case "before":
      return sees(assertion, left) !== assertion.negate;
    case "after":
      return sees(assertion, right) !== assertion.negate;
  }
}

function isWordChar(codePoint: number): boolean {
  return codePoint >= 0 && contains(WORD_CHARS, codePoint);
}

function sees(side: { readonly set: CharSet; readonly edge: boolean }, codePoint: number): boolean {
  return codePoint < 0 ? side.edge : contains(side.set, codePoint);
}

function assertionTables(
  assertions: readonly Assertion[],
  samples: readonly number[],
  width: number,
): Pick<Alphabet, "sideOf" | "sides" | "holds"> {
  const chars = Array.from({ length: width }, (_, classId) => samples[classId] ?? -1);
  const bySignature = new Map<string, number>();
  const rows: Uint8Array[] = [];
  const sideOf = Int32Array.from(chars, (left) => {
    const row = new Uint8Array(assertions.length * width);
    assertions.forEach((assertion, index) => {
      chars.forEach((right, classId) => {
        if (assertionHolds(assertion, left, right)) row[index * width + classId] = 1;
      });
    });
    const signature = Buffer.from(row).toString("latin1");
    let id = bySignature.get(signature);
    if (id === undefined) {
      id = rows.push(row) - 1;
      bySignature.set(signature, id);
    }
    return id;
  });
  const sides = rows.length;
  const holds = new Uint8Array(assertions.length * sides * width);
  rows.forEach((row, side) => {
    for (let assertion = 0; assertion < assertions.length; assertion++) {
      const from = assertion * width;
      holds.set(row.subarray(from, from + width), (assertion * sides + side) * width);
    }
  });
  return { sideOf, sides, holds };
}
