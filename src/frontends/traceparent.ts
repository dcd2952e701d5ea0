/** A W3C `traceparent` that is what it claims to be, else null: a broken one is as good as none.
 *  @see https://www.w3.org/TR/trace-context/#traceparent-header */
export function traceparentOf(value: string | readonly string[] | undefined): string | null {
  if (typeof value !== "string") return null;
  const [, version, trace, span] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(value) ?? [];
  if (version === undefined || version === "ff") return null;
  if (/^0*$/.test(trace ?? "") || /^0*$/.test(span ?? "")) return null;
  return value;
}
