import { SluiceError } from "../../domain/errors.js";
import type { Detector } from "../detector.js";
import { lintDetector } from "../lint.js";
import { captureShape, tailAsLookahead } from "./capture-shape.js";
import { type ForeignOptions, translatePattern, UntranslatablePattern } from "./foreign-pattern.js";

export type PatternOutcome =
  | { readonly kind: "taken"; readonly detector: Detector; readonly notes: readonly string[] }
  | { readonly kind: "refused"; readonly reason: string };

/** What a foreign rule says beside its pattern. */
export type ForeignRow = Omit<Detector, "pattern" | "ignoreCase">;

/**
 * Makes a detector of a foreign pattern, or says why not. The detector passes the same lint as every
 * other, so that whatever is taken over is enforced while text streams.
 */
export function foreignDetector(row: ForeignRow, pattern: string, options: ForeignOptions): PatternOutcome {
  try {
    const translated = translatePattern(pattern, options);
    const shaped = shapeCapture(translated, pattern, options);
    const bounded = withLeftBoundary({ ...row, pattern: shaped.pattern });
    return { kind: "taken", detector: bounded.detector, notes: [...shaped.notes, ...bounded.notes] };
  } catch (error) {
    if (error instanceof UntranslatablePattern) return { kind: "refused", reason: error.message };
    if (error instanceof SluiceError) return { kind: "refused", reason: withoutOwner(error.message) };
    if (error instanceof SyntaxError) return { kind: "refused", reason: "the pattern is not valid" };
    throw error;
  }
}

function shapeCapture(
  translated: string,
  pattern: string,
  options: ForeignOptions,
): { readonly pattern: string; readonly notes: readonly string[] } {
  const shape = captureShape(translated);
  switch (shape.kind) {
    case "none":
      return { pattern: translated, notes: [] };
    case "uncertain":
      return {
        pattern: translatePattern(pattern, { ...options, keepGroup: 0 }),
        notes: ["its group may be passed never or twice; the whole match is masked"],
      };
    case "certain": {
      const tail = tailAsLookahead(translated, shape.tail);
      const notes =
        tail.finds === "more"
          ? ["of what follows the secret one character is looked at; it finds the same or more"]
          : [];
      return { pattern: tail.pattern, notes };
    }
  }
}

const BOUNDARY = "(?<![A-Za-z0-9])";

/** A pattern that could begin at any character is let begin only where a word does; this is said. */
function withLeftBoundary(detector: Detector): {
  readonly detector: Detector;
  readonly notes: readonly string[];
} {
  try {
    lintDetector(detector, "masking");
    return { detector, notes: [] };
  } catch (error) {
    const bounded = { ...detector, pattern: `${BOUNDARY}(?:${detector.pattern})` };
    if (!(error instanceof SluiceError) || !error.message.includes("begin")) throw error;
    lintDetector(bounded, "masking");
    return {
      detector: bounded,
      notes: ["it counts only where it does not continue a word; it could begin anywhere before"],
    };
  }
}

function withoutOwner(message: string): string {
  return message.replace(/^detector [^:]{1,200}: /, "");
}
