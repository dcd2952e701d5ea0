import type { JsonObject } from "../domain/json.js";
import type { Approval } from "../policy/approvals/approval.js";

/** What a notice is about. */
export type NoticeKind = "requested" | "settled";

/** What people are told of an approval: who, what rule, until when, how to decide. Nothing of the prompt. */
export interface Notice {
  readonly kind: NoticeKind;
  readonly approval: Approval;
  /** Where a person decides; null: no page is configured. */
  readonly link: string | null;
}

/** Names come from tokens and requests: long or odd ones must not spoil a message. */
const MAX_NAME = 200;

/** The body of a webhook, in the form that Standard Webhooks recommends. Times are RFC 3339. */
export function noticeBody({ kind, approval, link }: Notice): string {
  const { requester, review } = approval;
  const { issuer, subject, team, tenant } = requester;
  const data: JsonObject = {
    approvalId: approval.id,
    sessionId: approval.session,
    state: approval.state === "consumed" ? "approved" : approval.state,
    requester: {
      issuer,
      subject: shown(subject),
      team: team === null ? null : shown(team),
      tenant: shown(tenant),
    },
    connection: approval.connection,
    model: shown(approval.model),
    policy: review.policy,
    rule: review.rule,
    policyVersion: approval.policyVersion,
    reviewers: [...review.reviewers],
    approvalsNeeded: review.approvals,
    // Reasons are free text and may quote the prompt, so they stay in the gateway.
    votes: approval.votes.map(({ by, verdict, atMs }) => ({
      issuer: by.issuer,
      subject: shown(by.subject),
      verdict,
      at: instant(atMs),
    })),
    createdAt: instant(approval.createdAtMs),
    expiresAt: instant(approval.expiresAtMs),
    settledAt: approval.settledAtMs === null ? null : instant(approval.settledAtMs),
    command: commandFor(approval),
    link,
  };
  const atMs = approval.settledAtMs ?? approval.createdAtMs;
  return JSON.stringify({ type: `approval.${kind}`, timestamp: instant(atMs), data });
}

/** The command by which a reviewer sees what was asked, and how to decide. */
export function commandFor({ id }: Approval): string {
  return `sluice approvals show ${id}`;
}

/** A name of somebody else's, on one line and no longer than a name. */
export function shown(name: string): string {
  const line = name.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ").trim();
  return [...line].length <= MAX_NAME ? line : `${[...line].slice(0, MAX_NAME - 1).join("")}…`;
}

export function instant(ms: number): string {
  return new Date(ms).toISOString();
}
