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
  /** Default 90. */
  readonly specificity?: number;
  /** Bits per character under which a text is a placeholder such as `ghp_xxxx`; default 2.5. */
  readonly minEntropy?: number;
  readonly ignoreCase?: boolean;
  readonly validator?: string;
  readonly context?: readonly string[];
  readonly contextChars?: number;
}

/** A row for a token that its prefix or shape gives away. */
export function vendorToken(token: VendorToken): Detector {
  const {
    name,
    example,
    notAfter = "A-Za-z0-9",
    pattern,
    specificity = 90,
    minEntropy = 2.5,
    ...rest
  } = token;
  return {
    ...rest,
    id: `secrets/${name}`,
    pattern: `(?<![A-Za-z0-9])(?:${pattern})(?![${notAfter}])`,
    specificity,
    minEntropy,
    examples: [`${announce(token)}"${example}"`],
    counterExamples: [`${announce(token)}"${example.slice(0, Math.floor(example.length * 0.2))}"`],
  };
}

function announce(token: VendorToken): string {
  return token.context === undefined ? "value = " : `${token.context[0] ?? ""}: `;
}
