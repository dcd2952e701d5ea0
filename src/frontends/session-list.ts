import { ERROR_CODES, SluiceError } from "../domain/errors.js";
import type { JsonObject } from "../domain/json.js";
import type { Principal } from "../domain/principal.js";
import { parseSessionId } from "../domain/session-id.js";
import type { SessionFilter } from "../recording/catalogue.js";
import { compact } from "./compact.js";
import type { FrontEndDeps } from "./front-end.js";
import { maySeeSession } from "./session-access.js";
import { toSummaryMessage } from "./session-summary.js";

/** The fields of `ListSessionsRequest`, as gRPC and query strings give them; empty or absent: no limit. */
export interface SessionQuery {
  readonly subject?: string;
  readonly team?: string;
  readonly connection?: string;
  readonly decision?: string;
  readonly entity?: string;
  readonly outcome?: string;
  readonly from?: string;
  readonly to?: string;
  readonly after?: string;
  readonly limit?: number;
}

const DEFAULT_LIMIT = 50;
const MOST = 500;

/** The message `ListSessionsResponse`: what the viewer may see of it.
 *  @throws SluiceError `invalid_request`, `storage_failed` */
export async function listSessions(
  { log }: Pick<FrontEndDeps, "log">,
  query: SessionQuery,
  viewer: Principal,
): Promise<JsonObject> {
  const limit = limitOf(query.limit);
  const after = query.after ? query.after : null;
  if (after !== null && parseSessionId(after) === null) {
    throw new SluiceError("invalid_request", "The field after is not what an earlier page gave as next.", {
      field: "after",
    });
  }
  const scope = scopeOf(query, viewer);
  if (scope === null) return {};
  const page = await log.list({ ...scope, ...filterOf(query) }, { after, limit });
  const items = page.items.filter(({ principal }) => maySeeSession(principal, viewer));
  return compact({ items: items.map(toSummaryMessage), next: page.next });
}

/** Whose sessions to look through; null: none that the viewer may see can fit. */
function scopeOf({ subject, team }: SessionQuery, viewer: Principal): SessionFilter | null {
  const own = { issuer: viewer.issuer, subject: viewer.subject };
  const asked = subject ? { principals: [{ issuer: viewer.issuer, subject }] } : {};
  if (viewer.roles.includes("operator")) return { ...asked, ...(team ? { teams: [team] } : {}) };
  if (viewer.roles.includes("auditor") && viewer.team !== null) {
    return team && team !== viewer.team ? null : { ...asked, teams: [viewer.team] };
  }
  if (subject && subject !== viewer.subject) return null;
  return { principals: [own], ...(team ? { teams: [team] } : {}) };
}

function filterOf(query: SessionQuery): SessionFilter {
  const { connection, decision, entity, outcome } = query;
  return {
    ...(query.from ? { fromMs: timeOf("from", query.from) } : {}),
    ...(query.to ? { toMs: timeOf("to", query.to) } : {}),
    ...(connection ? { connections: [connection] } : {}),
    ...(decision ? { decisions: [decisionOf(decision)] } : {}),
    ...(entity ? { entities: [entity] } : {}),
    ...(outcome ? { ends: [outcomeOf(outcome)] } : {}),
  };
}

function limitOf(limit: number | undefined): number {
  if (limit === undefined || limit === 0) return DEFAULT_LIMIT;
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST) return limit;
  throw new SluiceError("invalid_request", `The limit is 1 to ${MOST}.`, { field: "limit" });
}

function timeOf(field: string, text: string): number {
  const atMs = Date.parse(text);
  if (!Number.isNaN(atMs) && /^\d{4}-\d\d-\d\dT/.test(text)) return atMs;
  throw new SluiceError("invalid_request", `The field ${field} is not a time in RFC 3339.`, { field });
}

function decisionOf(text: string): "allow" | "deny" | "review" {
  if (text === "allow" || text === "deny" || text === "review") return text;
  throw new SluiceError("invalid_request", "The decision is allow, deny or review.", { field: "decision" });
}

type End = NonNullable<SessionFilter["ends"]>[number];

function outcomeOf(text: string): End {
  if (text === "open") return "live";
  if (text === "complete") return text;
  const code = ERROR_CODES.find((known) => known === text);
  if (code !== undefined) return code;
  throw new SluiceError("invalid_request", "The outcome is open, complete or an error code.", {
    field: "outcome",
  });
}
