import type { Detector } from "../detector.js";

/** What a vendor's token needs to say; the rest follows from the kind. */
export interface VendorToken {
  /** Last part of the id. */
  readonly name: string;
  readonly entity: string;
  /** The token itself, without boundaries. */
  readonly pattern: string;
  readonly example: string;
  readonly source: string;
  /** Characters that may not follow; default letters and digits. */
  readonly notAfter?: string;
  /** Characters that may not stand before; default letters and digits. */
  readonly notBefore?: string;
  /** Default 90. */
  readonly specificity?: number;
  /** Bits per character; only for shapes that ordinary text may have, too. */
  readonly minEntropy?: number;
  readonly ignoreCase?: boolean;
  /** Default `no-filler`: anything but a placeholder such as `ghp_xxxx`. */
  readonly validator?: string;
}

const ALNUM = "A-Za-z0-9";

/** A row for a token that its prefix or shape gives away. */
export function vendorToken(token: VendorToken): Detector {
  const { name, example, notAfter = ALNUM, notBefore = ALNUM, pattern, specificity = 90, ...rest } = token;
  return {
    validator: "no-filler",
    ...rest,
    id: `secrets/${name}`,
    pattern: `(?<![${notBefore}])(?:${pattern})(?![${notAfter}])`,
    specificity,
    examples: [`value = "${example}"`],
    counterExamples: [`value = "${example.slice(0, Math.floor(example.length * 0.2))}"`],
  };
}
