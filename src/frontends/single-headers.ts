import type { IncomingHttpHeaders } from "node:http";

/** Headers with one value each; what came several times is joined as RFC 9110 section 5.3 has it. */
export function singleHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string | undefined>> {
  const single: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(headers)) {
    single[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return single;
}
