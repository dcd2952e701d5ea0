import { asSluiceError, SluiceError } from "../domain/errors.js";
import { isJsonObject, type JsonObject } from "../domain/json.js";
import { inTurns } from "../domain/pace.js";
import type { Principal } from "../domain/principal.js";
import { parseSessionId } from "../domain/session-id.js";
import { whyNotDecide } from "../policy/approvals/access.js";
import { type Approval, type ApprovalState, isFinal } from "../policy/approvals/approval.js";
import { toApprovalMessage, toPromptTexts } from "./approval-message.js";
import { compact } from "./compact.js";
import type { FrontEndDeps } from "./front-end.js";
import { ownDialect } from "./own-dialect.js";

type Deps = Pick<FrontEndDeps, "approvals" | "log" | "dialects">;

const STATES: readonly ApprovalState[] = [
  "pending",
  "approved",
  "consumed",
  "rejected",
  "expired",
  "cancelled",
  "voided",
];
const DEFAULT_LIMIT = 50;
const MOST = 500;

export interface ApprovalQuery {
  readonly state?: string;
  readonly after?: string;
  readonly limit?: number;
}

/** The message `ListApprovalsResponse`: what the viewer may see, newest first.
 *  @throws SluiceError `invalid_request` naming the field */
export function listApprovals({ approvals }: Deps, query: ApprovalQuery, viewer: Principal): JsonObject {
  const { after = "", limit = 0 } = query;
  if (!Number.isInteger(limit) || limit < 0 || limit > MOST) {
    throw new SluiceError("invalid_request", `The limit is 1 to ${MOST}.`, { field: "limit" });
  }
  const all = approvals.list(viewer, query.state ? { states: [stateOf(query.state)] } : {});
  const from = after === "" ? 0 : all.findIndex(({ id }) => id === after) + 1;
  if (after !== "" && from === 0) {
    throw new SluiceError("invalid_request", "The field after is not what an earlier page gave as next.", {
      field: "after",
    });
  }
  const items = all.slice(from, from + (limit === 0 ? DEFAULT_LIMIT : limit));
  const next = from + items.length < all.length ? items.at(-1)?.id : "";
  return compact({ items: items.map(toApprovalMessage), next });
}

function stateOf(text: string): ApprovalState {
  const state = STATES.find((known) => known === text);
  if (state !== undefined) return state;
  throw new SluiceError("invalid_request", `The state is one of ${STATES.join(", ")}.`, { field: "state" });
}

/** The message `GetApprovalResponse`. The reading of a prompt is a recorded act.
 *  @throws SluiceError `not_found` */
export async function describeApproval(deps: Deps, id: string, viewer: Principal): Promise<JsonObject> {
  const approval = deps.approvals.get(id, viewer);
  const whyNot = whyNotDecide(approval, viewer);
  const prompt = isFinal(approval.state) ? [] : await promptOf(deps, approval, viewer);
  const mayDecide = whyNot === null && approval.state === "pending";
  return compact({ approval: toApprovalMessage(approval), prompt, mayDecide, whyNot });
}

async function promptOf(deps: Deps, approval: Approval, viewer: Principal): Promise<readonly JsonObject[]> {
  const session = parseSessionId(approval.session);
  const reader = session === null ? null : await deps.log.reader(session);
  const name = reader?.opened.dialect;
  const dialect = name === undefined ? undefined : name === "sluice" ? ownDialect : deps.dialects.get(name);
  if (session === null || dialect === undefined) return [];
  const native = await requestOf(deps, approval, viewer);
  if (native === null) return [];
  deps.log.act({ kind: "prompt_read", session, by: viewer });
  // What the connection passed beyond the dialect was judged too.
  const options = { headers: {}, passFields: Object.keys(native) };
  const { segments } = await inTurns(dialect.inSteps.parse(native, options));
  return toPromptTexts(segments, approval.review.matches);
}

/** Null: the request is gone, or not for this viewer's eyes. */
async function requestOf(
  { approvals }: Deps,
  { id }: Approval,
  viewer: Principal,
): Promise<JsonObject | null> {
  try {
    const value: unknown = JSON.parse(Buffer.from(await approvals.readRequest(id, viewer)).toString());
    return isJsonObject(value) ? value : null;
  } catch (thrown) {
    const error = asSluiceError(thrown);
    if (error.code === "not_found" || error.code === "permission_denied") return null;
    throw error;
  }
}

export interface DecisionInput {
  readonly approval: string;
  readonly verdict: string;
  readonly reason: string;
  /** 0 takes the present one. */
  readonly version: number;
  /** Empty takes the present one. */
  readonly digest: string;
}

/**
 * Votes, or gives a review up: whoever asked, or an operator, may cancel it, also when its session is gone.
 * @throws SluiceError as `ApprovalDesk.vote` and `cancel`, and `invalid_request` for another verdict.
 */
export async function decide(
  { approvals }: Deps,
  input: DecisionInput,
  reviewer: Principal,
): Promise<JsonObject> {
  const { verdict, reason } = input;
  if (verdict === "cancel") {
    const cancelled = await approvals.cancel(input.approval, reviewer, reason);
    return { approval: toApprovalMessage(cancelled) };
  }
  if (verdict !== "approve" && verdict !== "reject") {
    const message = "The verdict is approve, reject or cancel.";
    throw new SluiceError("invalid_request", message, { field: "verdict" });
  }
  const { version, digest } = approvals.get(input.approval, reviewer);
  const seen = { expectedVersion: input.version || version, digest: input.digest || digest };
  const approval = await approvals.vote(input.approval, reviewer, { verdict, reason, ...seen });
  return { approval: toApprovalMessage(approval) };
}
