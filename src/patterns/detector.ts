/**
 * One row of the catalogue: a pattern that finds one kind of sensitive text.
 *
 * The span that a match masks is its first capture group, or the whole match where there is
 * none. The pattern is ECMAScript syntax (no flags: write case variants with `ignoreCase`);
 * look-around is limited to one character or an edge, and `lint.ts` says what else is refused.
 */
export interface Detector {
  /** Unique id: group and kebab-case name, for example `pii/us/ssn`, `secrets/github-pat`. */
  readonly id: string;
  /** Entity as Presidio names it where Presidio has it: `US_SSN`, `EMAIL_ADDRESS`, ... */
  readonly entity: string;
  /** Label in the placeholder; default: the entity. Must hold an underscore (markdown swallows `<PERSON>`). */
  readonly label?: string;
  readonly pattern: string;
  readonly ignoreCase?: boolean;
  /** Accepts or rejects a candidate; for example `luhn`. A name from `validators.ts`. */
  readonly validator?: string;
  /** Least Shannon entropy, bits per character, of the masked span. */
  readonly minEntropy?: number;
  /** The detector counts only if one of these words stands in the `contextChars` before the match. */
  readonly context?: readonly string[];
  /** How far before the match a context word may end, UTF-16 units; default 60. */
  readonly contextChars?: number;
  /**
   * The pattern (`^...$`) counts only where it is the whole text of a text channel: not inside JSON, whose
   * numbers are identifiers more often than not, and not inside base64 or hex. Default: it counts everywhere.
   */
  readonly wholeTextOnly?: true;
  /** The pattern begins a block (PEM) that is masked until `end` matches, or the stream ends. */
  readonly block?: { readonly end: string };
  /** Which label wins in a merged region: the higher number. Vendor formats 90, checksummed 70-80,
   *  formats 50, generic assignments 10. */
  readonly specificity: number;
  /** Where the format is documented. */
  readonly source: string;
  /** Texts in which the detector must find something; a test runs each. Build secrets so that no
   *  scanner takes the source file for a leak. */
  readonly examples: readonly string[];
  /** Texts in which it must find nothing. */
  readonly counterExamples: readonly string[];
}
