import type { Detector } from "../detector.js";

/** A row whose values look like any other number or word, so that something must announce them. */
export interface AnnouncedRow extends Detector {
  readonly context: readonly string[];
  /** A bare value, for the example of the second row. */
  readonly value: string;
  /** The narrower form in which a value counts when nothing announces it; default: `pattern`. */
  readonly alone?: string;
}

/** Ten digits, but no Unix time from 2014 to 2033: those fill the arguments of tools. */
export const TEN_DIGITS_NO_TIME = "(?:[02-9]\\d|1[0-3])\\d{8}";

/**
 * Two rows for a weak kind: one that counts after a context word, and one for a value that is the whole
 * text of its channel, as a field of a form is.
 */
export function announced(row: AnnouncedRow): readonly Detector[] {
  const { context, contextChars, value, alone = row.pattern, ...bare } = row;
  const reach = contextChars === undefined ? {} : { contextChars };
  return [
    { ...bare, ...reach, context },
    {
      ...bare,
      id: `${row.id}-alone`,
      pattern: `^(?:${alone})$`,
      wholeTextOnly: true,
      specificity: row.specificity - 5,
      examples: [value],
      counterExamples: [`${value} ${value}.`],
    },
  ];
}
