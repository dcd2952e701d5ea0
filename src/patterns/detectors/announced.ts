import type { Detector } from "../detector.js";

/** A row whose values look like any other number or word, so that something must announce them. */
export interface AnnouncedRow extends Detector {
  readonly context: readonly string[];
  /** A bare value, for the example of the second row. */
  readonly value: string;
}

/**
 * Two rows for a weak kind: one that counts after a context word, and one for a value that is the whole
 * text of its channel, as a field of a form or a tool argument is.
 */
export function announced(row: AnnouncedRow): readonly Detector[] {
  const { context, contextChars, value, ...bare } = row;
  const reach = contextChars === undefined ? {} : { contextChars };
  return [
    { ...bare, ...reach, context },
    {
      ...bare,
      id: `${row.id}-alone`,
      pattern: `^(?:${row.pattern})$`,
      specificity: row.specificity - 5,
      examples: [value],
      counterExamples: [`${value} ${value}.`],
    },
  ];
}
