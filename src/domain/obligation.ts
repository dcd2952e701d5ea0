/** What must be done to a request or an answer that a policy allows. */

/** How a match is replaced. `mask` keeps the last characters; `hash` is keyed per tenant; `pseudonym`
 *  is stable within a conversation. */
export type OperatorSpec =
  | { readonly type: "replace" }
  | { readonly type: "redact" }
  | { readonly type: "hash" }
  | { readonly type: "pseudonym" }
  | { readonly type: "mask"; readonly keepLast: number; readonly char?: string };

/** One output rule: which entities (names, detector ids or groups such as `pii/*`), and what happens. */
export interface MaskRule {
  readonly entities: readonly string[];
  readonly action: "mask" | "cut" | "observe";
  /** Default: replace. */
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
