import { type IndexField, principalValue } from "./keys.js";
import type { SessionSummary } from "./summary.js";

/** What a session is found by. */
export function indexValues(summary: SessionSummary): (readonly [IndexField, string])[] {
  const values: (readonly [IndexField, string])[] = [
    ["principal", principalValue(summary.principal)],
    ["connection", summary.connection],
  ];
  if (summary.principal.team !== null) values.push(["team", summary.principal.team]);
  for (const decision of summary.decisions) values.push(["decision", decision]);
  for (const entity of Object.keys(summary.findings)) values.push(["entity", entity]);
  if (summary.outcome !== null) values.push(["end", summary.outcome]);
  return values;
}
