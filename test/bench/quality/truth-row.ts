/** One row of a truth set, brought to one shape. */
export interface TruthRow {
  readonly id: string;
  readonly text: string;
  /** What must be masked, `[start, end)` in UTF-16 units; null where only "something" is known. */
  readonly spans: readonly TruthSpan[] | null;
  /** The row says that nothing of this kind is there. */
  readonly negative: boolean;
  /** Entity whose absence a negative row states; null: any. */
  readonly entity: string | null;
  /** Rule or kind as the source names it. */
  readonly rule: string | null;
  /** Why the row does not count as clean; empty for a clean one. */
  readonly doubts: readonly string[];
  /** `pii`, `literal` secrets, `made` secrets, ...: rows of a group are summed. */
  readonly group: string;
}

export interface TruthSpan {
  readonly start: number;
  readonly end: number;
  readonly entity: string;
}
