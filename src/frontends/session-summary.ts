import type { JsonObject } from "../domain/json.js";
import type { SessionSummary } from "../recording/summary.js";
import { compact } from "./compact.js";
import { rfc3339, toEntityCounts } from "./event.js";

/** The message `sluice.v1.SessionSummary`. */
export function toSummaryMessage(summary: SessionSummary): JsonObject {
  const { issuer, subject, team, tenant } = summary.principal;
  return compact({
    sessionId: summary.session,
    openedAt: rfc3339(summary.openedAtMs),
    principal: compact({ issuer, subject, team, tenant }),
    connection: summary.connection,
    model: summary.model,
    dialect: summary.dialect,
    decision: decisionOf(summary),
    outcome: summary.outcome,
    lastSeq: summary.lastSeq,
    chunks: summary.chunks,
    findings: toEntityCounts(summary.findings),
    durationMs: summary.durationUs / 1000,
  });
}

/** The one that a list shows: a review tells more than the allow that followed it, a denial most. */
function decisionOf({ decisions }: SessionSummary): string {
  if (decisions.includes("deny")) return "deny";
  return decisions.includes("review") ? "review" : (decisions[0] ?? "");
}
