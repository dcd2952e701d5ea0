import type { PseudonymTable } from "../pseudonyms.js";

/** What an operator may draw on beyond the text: keys and names of the caller's tenant and conversation. */
export interface MaskScope {
  /** Key of the tenant for `hash`; 32 bytes or more. */
  readonly hashKey: Uint8Array;
  /** Names given in this conversation, for `pseudonym`. */
  readonly pseudonyms: PseudonymTable;
}

/** Makes what stands in place of `text`. Never empty, so that its neighbours do not join. */
export type Operator = (label: string, text: string, scope: MaskScope) => string;
