/** What must be done to a request or an answer that a policy allows. */

/** What stands in place of masked text. */
export type OperatorSpec =
  /** `<EMAIL_ADDRESS>` */
  | { readonly type: "replace" }
  /** `[REDACTED]` */
  | { readonly type: "redact" }
  /** `<EMAIL_ADDRESS_9f86d081884c7d65>`: keyed, so equal values of a tenant can be told to be equal. */
  | { readonly type: "hash" }
  /** `<EMAIL_ADDRESS_1>`: numbered within a conversation. */
  | { readonly type: "pseudonym" }
  /** `***************1111`: keeps the last characters, never more than half. */
  | { readonly type: "mask"; readonly keepLast: number; readonly char?: string };

/** `mask` replaces, `cut` ends the stream at the first masked character, `observe` only notes. */
export type MaskAction = "mask" | "cut" | "observe";

/** One rule of a policy: what to do with the entities that it selects. */
export interface MaskRule {
  /** Entities (`EMAIL_ADDRESS`), detector ids (`secrets/github-pat`), or either with `*` (`pii/*`). */
  readonly entities: readonly string[];
  readonly action: MaskAction;
  /** Default `replace`. */
  readonly operator?: OperatorSpec;
}

/** One prompt rule that replaces entities before the model sees them. */
export interface RedactRule {
  readonly entities: readonly string[];
  /** The caller's own live stream gets the values back. */
  readonly reversible: boolean;
  readonly operator: OperatorSpec;
}

export interface Obligations {
  readonly mask: readonly MaskRule[];
  readonly redact: readonly RedactRule[];
  /** Most completion tokens over all choices; null: no policy limits them. */
  readonly completionTokens: number | null;
  /** Values may be put back inside URLs and tool arguments. */
  readonly restoreInTools: boolean;
  readonly restoreInUrls: boolean;
  /** End the session when the caller's token expires. */
  readonly endAtTokenExpiry: boolean;
}

/** Of a policy that asks for nothing. */
export const NO_OBLIGATIONS: Obligations = {
  mask: [],
  redact: [],
  completionTokens: null,
  restoreInTools: false,
  restoreInUrls: false,
  endAtTokenExpiry: false,
};
