/** How much of a rate is left to a caller when its request was counted. */
export interface RateStanding {
  readonly unit: "requests" | "tokens";
  readonly limit: number;
  readonly remaining: number;
  /** Until the window begins anew, milliseconds. */
  readonly resetMs: number;
}
