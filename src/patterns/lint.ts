import { SluiceError } from "../domain/errors.js";
import { type CharSet, complement, intersects, sizeOf, unite, WORD_CHARS } from "./char-set.js";
import type { Detector } from "./detector.js";
import { type Expression, readPattern } from "./expression.js";
import { lengthsOf } from "./lengths.js";
import { hasCapture } from "./program.js";

export interface LintedRule {
  readonly expression: Expression;
  /** What ends the block, for a block detector. */
  readonly end: Expression | null;
  /** What stands in the placeholder. */
  readonly label: string;
  /** What was rewritten, and why; each names the detector. */
  readonly notes: readonly string[];
}

/** `masking` asks for a left boundary, since without one every character would be held back. */
export type LintPurpose = "masking" | "scanning";

/** A set of at most so many characters counts as a literal. */
const LITERAL_SIZE = 8;

/**
 * Reads a detector's pattern and refuses what could not be enforced exactly and at once.
 * @throws SluiceError `invalid_config` that names detector and reason.
 */
export function lintDetector(detector: Detector, purpose: LintPurpose): LintedRule {
  const owner = `detector ${detector.id}`;
  const refuse = (reason: string): SluiceError => new SluiceError("invalid_config", `${owner}: ${reason}.`);
  const options = { ignoreCase: detector.ignoreCase === true, owner };
  const notes: string[] = [];
  const read = readPattern(detector.pattern, options);
  if (lengthsOf(read).least === 0)
    throw refuse("the pattern matches the empty text; give it something to find");
  checkCapture(read, refuse);
  const expression = hasCapture(read) ? dropFreePrefix(read, { owner, notes }) : read;
  if (purpose === "masking" && !beginsBehindText(expression)) checkLeftBoundary(expression, refuse);
  if (purpose === "masking" && isJudged(detector) && beginsAgainInside(expression)) {
    throw refuse(
      `a match can begin again and again inside a match of over ${LONG_MATCH} characters, and each would be validated; bound its repeats`,
    );
  }
  const end = detector.block === undefined ? null : readPattern(detector.block.end, options);
  if (end !== null && lengthsOf(end).least === 0) throw refuse("block.end matches the empty text");
  if (end !== null && hasCapture(end)) throw refuse("block.end must not have a capture group; use (?:...)");
  return { expression, end, label: lintLabel(detector, notes), notes };
}

/** Beyond this, many candidates of one detector could be alive at once. */
const LONG_MATCH = 128;

function isJudged(detector: Detector): boolean {
  return detector.validator !== undefined || detector.minEntropy !== undefined;
}

/** Whether a long repeat holds both what a match may begin with and what may stand before it. */
function beginsAgainInside(expression: Expression): boolean {
  if (hasCapture(expression)) return false;
  const steps = firstSteps(expression).map(({ set }) => set);
  if (steps.every((set) => sizeOf(set) <= LITERAL_SIZE)) return false;
  const first = unite(...steps);
  const outside = complement(WORD_CHARS);
  return longRepeats(expression).some((set) => intersects(set, first) && intersects(set, outside));
}

/** Everything that each repeat of more than LONG_MATCH characters can hold. */
function longRepeats(expression: Expression): readonly CharSet[] {
  switch (expression.kind) {
    case "set":
    case "assert":
      return [];
    case "capture":
      return longRepeats(expression.body);
    case "sequence":
      return expression.parts.flatMap(longRepeats);
    case "choice":
      return expression.options.flatMap(longRepeats);
    case "repeat": {
      const isLong = expression.max * lengthsOf(expression.body).most > LONG_MATCH;
      return isLong ? [setsIn(expression.body)] : longRepeats(expression.body);
    }
  }
}

function setsIn(expression: Expression): CharSet {
  switch (expression.kind) {
    case "set":
      return expression.set;
    case "assert":
      return [];
    case "capture":
    case "repeat":
      return setsIn(expression.body);
    case "sequence":
      return unite(...expression.parts.map(setsIn));
    case "choice":
      return unite(...expression.options.map(setsIn));
  }
}

/** CommonMark reads `<PERSON>` as an HTML tag and swallows it; an underscore keeps it text. */
function lintLabel(detector: Detector, notes: string[]): string {
  const label = detector.label ?? detector.entity;
  if (!/^[A-Z][A-Z0-9_]*$/.test(label)) {
    throw new SluiceError(
      "invalid_config",
      `detector ${detector.id}: the label ${JSON.stringify(label)} must be capitals, digits and underscores.`,
    );
  }
  if (label.includes("_")) return label;
  if (detector.label !== undefined) {
    throw new SluiceError(
      "invalid_config",
      `detector ${detector.id}: markdown swallows the label <${label}>; give it an underscore.`,
    );
  }
  notes.push(`detector ${detector.id}: labelled ${label}_VALUE, since markdown swallows <${label}>.`);
  return `${label}_VALUE`;
}

/** A span begins at the capture, so every way through the pattern must pass it. */
function checkCapture(expression: Expression, refuse: (reason: string) => SluiceError): void {
  if (hasCapture(expression) && !alwaysCaptures(expression)) {
    throw refuse(
      "the capture group, where the masked span begins, can be skipped; use (?:...) around the optional part",
    );
  }
}

function alwaysCaptures(expression: Expression): boolean {
  switch (expression.kind) {
    case "capture":
      return true;
    case "sequence":
      return expression.parts.some(alwaysCaptures);
    case "choice":
      return expression.options.every(alwaysCaptures);
    case "repeat":
      return expression.min > 0 && alwaysCaptures(expression.body);
    case "set":
    case "assert":
      return false;
  }
}

/**
 * Left of the capture nothing is masked and a match may begin anywhere, so a repeat at the very
 * beginning adds nothing beyond its least count, but would open a search at every character.
 */
function dropFreePrefix(
  expression: Expression,
  context: { readonly owner: string; readonly notes: string[] },
): Expression {
  if (expression.kind !== "sequence") return expression;
  const [first, ...rest] = expression.parts;
  if (first === undefined || first.kind !== "repeat" || first.min === first.max || hasCapture(first))
    return expression;
  const kept: readonly Expression[] = first.min === 0 ? rest : [{ ...first, max: first.min }, ...rest];
  context.notes.push(
    `${context.owner}: the repeat before the first literal was cut to its least count; it finds the same.`,
  );
  return dropFreePrefix({ kind: "sequence", parts: kept }, context);
}

function checkLeftBoundary(expression: Expression, refuse: (reason: string) => SluiceError): void {
  for (const first of firstSteps(expression)) {
    if (first.guarded || sizeOf(first.set) <= LITERAL_SIZE) continue;
    throw refuse(
      "the pattern can begin at any character; begin it with a literal, \\b, ^ or a look-behind such as (?<![A-Za-z0-9])",
    );
  }
}

/** Text that must stand before the capture bounds it as a look-behind would. */
function beginsBehindText(expression: Expression): boolean {
  if (expression.kind !== "sequence") return false;
  const at = expression.parts.findIndex(hasCapture);
  const before = expression.parts.slice(0, Math.max(at, 0));
  return before.some((part) => lengthsOf(part).least > 0 || isGuard(part) || isGuardOrText(part));
}

/** `(?:^|[^a-z])`: an edge, or a character. */
function isGuardOrText(expression: Expression): boolean {
  if (expression.kind !== "choice") return false;
  return expression.options.every((option) => lengthsOf(option).least > 0 || isGuard(option));
}

interface FirstStep {
  readonly set: CharSet;
  /** Whether an assertion about the character before stands in front. */
  readonly guarded: boolean;
}

/** The sets that can consume the first character. */
function firstSteps(expression: Expression): readonly FirstStep[] {
  switch (expression.kind) {
    case "set":
      return [{ set: expression.set, guarded: false }];
    case "assert":
      return [];
    case "capture":
    case "repeat":
      return firstSteps(expression.body);
    case "choice":
      return expression.options.flatMap(firstSteps);
    case "sequence": {
      const steps: FirstStep[] = [];
      let guarded = false;
      for (const part of expression.parts) {
        const mayPass = lengthsOf(part).least === 0;
        if (part.kind === "assert") guarded ||= part.assertion.kind !== "after";
        else steps.push(...firstSteps(part).map((step) => ({ ...step, guarded: step.guarded || guarded })));
        if (!mayPass) break;
        // A group of assertions alone, such as (?:^|(?<=x)), guards what follows.
        if (part.kind !== "assert" && isGuard(part)) guarded = true;
      }
      return steps;
    }
  }
}

function isGuard(expression: Expression): boolean {
  switch (expression.kind) {
    case "assert":
      return expression.assertion.kind !== "after";
    case "choice":
      return expression.options.every(isGuard);
    case "sequence":
      return expression.parts.some(isGuard) && lengthsOf(expression).least === 0;
    case "capture":
    case "repeat":
    case "set":
      return false;
  }
}
