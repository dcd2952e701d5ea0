import { SluiceError } from "../domain/errors.js";
import type { MaskAction } from "../domain/obligation.js";

/** What was found, and where it stands in the text that the last call returned. Never the text itself. */
export interface MaskedRegion {
  readonly entity: string;
  readonly detector: string;
  /** UTF-16 units of the text that the last `feed` or `end` returned. */
  readonly start: number;
  readonly end: number;
  /** UTF-16 units of the whole input. Of a block, up to what was read when its placeholder came out. */
  readonly inputStart: number;
  readonly inputEnd: number;
  readonly action: MaskAction;
}

/** UTF-16 units of the whole input, `[start, end)`. */
export interface InputSpan {
  readonly start: number;
  readonly end: number;
}

export const NO_SPANS: readonly InputSpan[] = Object.freeze([]);
export const NO_MASKED_REGIONS: readonly MaskedRegion[] = Object.freeze([]);

/** A masker that failed releases nothing any more; the session must end with this error. */
export function maskingFailed(cause: unknown): SluiceError {
  const message = "A detector failed; the stream was ended rather than go on unmasked.";
  return new SluiceError("masking_failed", message, {}, { cause });
}

/**
 * Masks one channel while it streams. Synchronous; one caller. `feed` and `end` throw SluiceError
 * `masking_failed` when a detector fails. Long pieces are best fed in slices of some thousand
 * characters with a pause between, since hostile text costs microseconds a character.
 */
export interface StreamMasker {
  /** Takes the next piece of source text and returns what became releasable, perhaps "". */
  feed(text: string): string;
  /** The source has ended; returns the rest. */
  end(): string;
  /** Regions inside the text that the last call returned; a shared empty array mostly. */
  readonly regions: readonly MaskedRegion[];
  /** Input that the last call masked, also under a placeholder that came out before: what must not go
   *  out by another way, such as log-probabilities. A shared empty array mostly. */
  readonly covered: readonly InputSpan[];
  /** UTF-16 units of input not yet released. */
  readonly held: number;
  /** UTF-16 units of input released; a region counts once its placeholder is out. */
  readonly releasedInput: number;
  /** Set when a cut rule matched: nothing from its first character on is released. */
  readonly cut: MaskedRegion | null;
}
