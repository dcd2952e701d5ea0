import type { Channel } from "../domain/channel.js";
import type { Entry, EntryOf, OutputItem, Usage, Vote } from "../domain/entry.js";
import type { ErrorDetails } from "../domain/errors.js";
import type { Finding } from "../domain/finding.js";
import type { JsonObject, JsonValue } from "../domain/json.js";
import { compact } from "./compact.js";

/**
 * An entry as the message `sluice.v1.Event`, in the canonical JSON mapping of protobuf (camel case,
 * enums by name, defaults left out), which is also what the gRPC codec takes.
 * Null: the entry is the store's own and has no event.
 */
export function toEvent(entry: Entry): JsonObject | null {
  const payload = payloadOf(entry);
  if (payload === null) return null;
  return { seq: entry.seq, ...compact({ offsetMs: entry.offsetUs / 1000 }), ...payload };
}

function payloadOf(entry: Entry): JsonObject | null {
  switch (entry.type) {
    case "opened":
      return { opened: opened(entry) };
    case "decided": {
      const { effect, policyVersion, atRelease } = entry;
      const reasons = entry.reasons.map(({ message, ...reason }) => compact({ ...reason, message }));
      return { decided: compact({ effect, reasons, policyVersion, atRelease }) };
    }
    case "review_requested": {
      const { approval: approvalId, policy, rule, reviewers, approvalsNeeded } = entry;
      const expiresAt = rfc3339(entry.expiresAtMs);
      return {
        reviewRequested: compact({ approvalId, policy, rule, reviewers, approvalsNeeded, expiresAt }),
      };
    }
    case "review_decided": {
      const { approval: approvalId, outcome } = entry;
      return { reviewDecided: compact({ approvalId, outcome, votes: entry.votes.map(toVote) }) };
    }
    case "upstream_opened": {
      const { connection, model, approval: approvalId } = entry;
      return { upstreamOpened: compact({ connection, model, approvalId }) };
    }
    case "template":
      return null;
    case "chunk":
      return { chunk: chunk(entry) };
    case "output":
      return entry.items.length === 0 ? null : { output: { items: entry.items.map(outputItem) } };
    case "segment":
      return { segment: { cause: entry.cause, at: rfc3339(entry.atMs) } };
    case "ended":
      return { ended: ended(entry) };
  }
}

function opened(entry: EntryOf<"opened">): JsonObject {
  return compact({
    sessionId: entry.session,
    openedAt: rfc3339(entry.openedAtMs),
    principal: compact({ ...entry.principal }),
    connection: entry.connection,
    model: entry.model,
    dialect: entry.dialect,
    frontEnd: entry.frontEnd,
    requestDigest: entry.requestDigest,
    labels: Object.entries(entry.labels).map(([key, value]) => compact({ key, value })),
  });
}

function chunk({ channel, text, findings, logprobs }: EntryOf<"chunk">): JsonObject {
  return compact({ channel, text, findings: findings.map(toFinding), logprobsJson: logprobs });
}

export function toFinding({ entity, detector, start, end, action }: Finding): JsonObject {
  return compact({ entity, detector, start, end, action });
}

export function toVote({ by, verdict, reason, atMs }: Vote): JsonObject {
  return compact({ issuer: by.issuer, subject: by.subject, verdict, reason, at: rfc3339(atMs) });
}

function outputItem(item: OutputItem): JsonObject {
  switch (item.type) {
    case "message": {
      const { choice, role, responseId, model } = item;
      return { message: compact({ choice, role, responseId, model }) };
    }
    case "channel":
      return { channel: channelOpened(item.channel) };
    case "channel_closed":
      return { channelClosed: compact({ channel: item.channel }) };
    case "finish": {
      const { choice, reason, native } = item;
      return { finish: compact({ choice, reason, native }) };
    }
    case "usage":
      return { usage: usage(item.usage) };
  }
}

const CHANNEL_KINDS: Readonly<Record<Channel["kind"], string>> = {
  text: "CHANNEL_KIND_TEXT",
  reasoning: "CHANNEL_KIND_REASONING",
  reasoning_summary: "CHANNEL_KIND_REASONING_SUMMARY",
  refusal: "CHANNEL_KIND_REFUSAL",
  tool_arguments: "CHANNEL_KIND_TOOL_ARGUMENTS",
  tool_text: "CHANNEL_KIND_TOOL_TEXT",
  other: "CHANNEL_KIND_OTHER",
};

function channelOpened({ id, kind, choice, index, toolCallId, toolName }: Channel): JsonObject {
  return compact({ channel: id, kind: CHANNEL_KINDS[kind], choice, index, toolCallId, toolName });
}

/** These fields are `optional` in the contract: a count of 0 is not the same as none. */
function usage(counts: Usage): JsonObject {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== null));
}

function ended(entry: EntryOf<"ended">): JsonObject {
  const { error, outcome, by, reason, totals } = entry;
  return compact({
    outcome,
    error: error === null ? null : toErrorMessage(error),
    stoppedBy: by?.subject,
    reason,
    chunks: totals.chunks,
    characters: totals.characters,
    findings: toEntityCounts(totals.findings),
  });
}

export function toEntityCounts(findings: Readonly<Record<string, number>>): readonly JsonValue[] {
  return Object.entries(findings).map(([entity, count]) => compact({ entity, count }));
}

/** The message `sluice.v1.Error` of a `SluiceError` or of the error that ended a session. */
export function toErrorMessage(error: {
  readonly code: string;
  readonly message: string;
  readonly details: ErrorDetails;
}): JsonObject {
  const { policy, rule, field, approval: approvalId, retryAfterMs } = error.details;
  return compact({ code: error.code, message: error.message, policy, rule, field, approvalId, retryAfterMs });
}

export function rfc3339(atMs: number): string {
  return new Date(atMs).toISOString();
}
