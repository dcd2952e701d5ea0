import type { ReviewSpec } from "../../domain/decision.js";
import type { PrincipalName } from "../../domain/principal.js";

declare const grantBrand: unique symbol;

/** Proof that reviewers approved a request. Only the approval desk makes one. */
export interface ApprovalGrant {
  readonly [grantBrand]: true;
  readonly approval: string;
  readonly principal: PrincipalName;
  readonly connection: string;
  readonly model: string;
  readonly review: ReviewSpec;
}

/** Mints the proof. The desk alone calls this, for an approval whose votes suffice. */
export function mintGrant(facts: {
  readonly approval: string;
  readonly principal: PrincipalName;
  readonly connection: string;
  readonly model: string;
  readonly review: ReviewSpec;
}): ApprovalGrant {
  return Object.freeze({ ...facts }) as ApprovalGrant;
}
