/**
 * What a detector found in released text: where the placeholder stands, never what it replaced.
 * Offsets are UTF-16 code units of the chunk's own released text, `[start, end)`.
 */
export interface Finding {
  /** Entity as Presidio names it, for example `EMAIL_ADDRESS`. */
  readonly entity: string;
  /** Id of the detector, for example `secrets/github-pat`. */
  readonly detector: string;
  readonly start: number;
  readonly end: number;
  /** `mask`: replaced. `observe`: only noted; the text stands as it was. `cut`: the stream ended here. */
  readonly action: "mask" | "observe" | "cut";
}

export const NO_FINDINGS: readonly Finding[] = Object.freeze([]);
