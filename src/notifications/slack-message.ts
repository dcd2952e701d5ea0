import type { JsonObject } from "../domain/json.js";
import type { Approval } from "../policy/approvals/approval.js";
import { commandFor, instant, type Notice, shown } from "./approval-notice.js";

/**
 * A message for a Slack incoming webhook. All that others have named is plain text, which Slack does not
 * read for links, mentions or formatting.
 * @see https://api.slack.com/reference/block-kit/blocks
 */
export function slackBody({ kind, approval, link }: Notice): string {
  const { requester, review } = approval;
  const title = kind === "requested" ? "Review wanted" : TITLES[approval.state];
  const who = requester.team === null ? requester.subject : `${requester.subject} (${requester.team})`;
  const fields = [
    field("Who", who),
    field("Rule", `${review.policy}/${review.rule}`),
    field("Model", `${approval.model} on ${approval.connection}`),
    kind === "requested"
      ? field("Reviewers", `${review.approvals} of ${review.reviewers.join(", ")}`)
      : field("Decided by", approval.votes.map(({ by }) => by.subject).join(", ") || "nobody"),
    kind === "requested"
      ? field("Until", instant(approval.expiresAtMs))
      : field("At", instant(approval.settledAtMs ?? approval.createdAtMs)),
    field("Approval", approval.id),
  ];
  const blocks: JsonObject[] = [
    { type: "header", text: plain(title) },
    { type: "section", fields },
  ];
  if (kind === "requested")
    blocks.push({ type: "section", text: plain(`To decide: ${commandFor(approval)}`) });
  if (link !== null)
    blocks.push({ type: "actions", elements: [{ type: "button", text: plain("Open"), url: link }] });
  return JSON.stringify({
    text: escaped(`${title}: ${shown(who)}, ${review.policy}/${review.rule}, approval ${approval.id}`),
    blocks,
    unfurl_links: false,
  });
}

const TITLES: Readonly<Record<Approval["state"], string>> = {
  pending: "Review wanted",
  approved: "Review approved",
  consumed: "Review approved",
  rejected: "Review rejected",
  expired: "Review expired",
  cancelled: "Review cancelled",
  voided: "Review void",
};

function field(name: string, value: string): JsonObject {
  return plain(`${name}: ${shown(value)}`);
}

function plain(text: string): JsonObject {
  return { type: "plain_text", text, emoji: false };
}

/** The fallback text is read as Slack's own markup, where these three begin everything special. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
