/** What one check came to. */
export interface Finding {
  readonly check: string;
  readonly state: "ok" | "warning" | "broken";
  /** What was seen; where not ok, the cause. */
  readonly seen: string;
  /** What to do; null where nothing is to be done. */
  readonly fix: string | null;
}

export const fine = (check: string, seen: string): Finding => ({ check, state: "ok", seen, fix: null });
export const odd = (check: string, seen: string, fix: string): Finding => ({
  check,
  state: "warning",
  seen,
  fix,
});
export const broken = (check: string, seen: string, fix: string): Finding => ({
  check,
  state: "broken",
  seen,
  fix,
});

export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "it failed";
  if ("code" in thrown && typeof thrown.code === "string" && thrown.message === "") return thrown.code;
  return thrown.message;
}
