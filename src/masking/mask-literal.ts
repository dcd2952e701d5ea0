/** A configured credential: always masked, whatever the plan. */
export interface MaskLiteral {
  readonly id: string;
  readonly entity: string;
  readonly value: string;
}
