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

/** A configured credential: always masked, whatever the plan. */
export interface MaskLiteral {
  readonly id: string;
  readonly entity: string;
  readonly value: string;
}
