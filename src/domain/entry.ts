/**
 * The entries of a session log: the one record of a completion, which is the live stream, the
 * resumed stream, the follower's stream and the replay at once. docs/session-log.md describes
 * their encoding. Everything in an entry is released text: nothing here was unmasked by policy
 * except what the policy released.
 */
import type { Channel } from "./channel.js";
import type { ErrorCode, ErrorDetails } from "./errors.js";
import type { Finding } from "./finding.js";
import type { PrincipalName } from "./principal.js";

export type FrontEnd = "grpc" | "websocket" | "http";

/** The wire dialects that a caller or an upstream may speak; `sluice` is the gateway's own
 *  (gRPC and `/v1/stream`). */
export const DIALECTS = [
  "openai-chat",
  "openai-completions",
  "openai-responses",
  "anthropic-messages",
  "gemini",
  "ollama",
  "sluice",
] as const;
export type DialectName = (typeof DIALECTS)[number];

/** Who asked, as lists show it. */
export interface RecordedPrincipal extends PrincipalName {
  readonly team: string | null;
  readonly tenant: string;
}

export interface OpenedBody {
  readonly type: "opened";
  /** Session id, UUIDv7, lower case. */
  readonly session: string;
  /** Wall clock at opening, milliseconds since the epoch. */
  readonly openedAtMs: number;
  readonly principal: RecordedPrincipal & { readonly groups: readonly string[] };
  readonly connection: string;
  /** Model as the caller named it. */
  readonly model: string;
  readonly dialect: DialectName;
  readonly frontEnd: FrontEnd;
  /** Whether the caller asked for a stream. */
  readonly stream: boolean;
  /** The request as JSON text, masked with the full built-in set whatever the policy says. */
  readonly request: string;
  /** HMAC-SHA-256 (hex) over the exact request as judged, principal, connection and model. */
  readonly requestDigest: string;
  /** HMAC (hex) that is equal over the turns of one conversation. */
  readonly conversation: string | null;
  /** Labels that the caller gave to the session; masked. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface DecisionReason {
  readonly policy: string;
  readonly rule: string;
  readonly effect: "allow" | "deny" | "review" | "observe" | "limit" | "mask" | "redact";
  readonly message: string | null;
}

export interface DecidedBody {
  readonly type: "decided";
  readonly effect: "allow" | "deny" | "review";
  readonly reasons: readonly DecisionReason[];
  /** Hash that names the policy in force. */
  readonly policyVersion: string;
  /** The obligations as JSON text, for the auditor. */
  readonly obligations: string;
  /** True for the second decision, taken when an approved request is released. */
  readonly atRelease: boolean;
}

export interface ReviewRequestedBody {
  readonly type: "review_requested";
  readonly approval: string;
  readonly policy: string;
  readonly rule: string;
  readonly reviewers: readonly string[];
  readonly approvalsNeeded: number;
  readonly expiresAtMs: number;
}

export interface Vote {
  readonly by: PrincipalName;
  readonly verdict: "approve" | "reject";
  readonly reason: string;
  readonly atMs: number;
}

export type ReviewOutcome = "approved" | "rejected" | "expired" | "cancelled" | "voided";

export interface ReviewDecidedBody {
  readonly type: "review_decided";
  readonly approval: string;
  readonly outcome: ReviewOutcome;
  readonly votes: readonly Vote[];
}

export interface UpstreamOpenedBody {
  readonly type: "upstream_opened";
  readonly connection: string;
  /** Model as named to the upstream. */
  readonly model: string;
  /** Dialect of the `native` fields and templates that follow. */
  readonly dialect: DialectName;
  /** Approval whose grant this consumed. */
  readonly approval: string | null;
}

/**
 * The envelope that many chunks share: the upstream's event as JSON text with its holes.
 * An event is `before + JSON(text) + after`, or, where `middle` is not null,
 * `before + JSON(text) + middle + (logprobs ?? "null") + after`.
 */
export interface TemplateBody {
  readonly type: "template";
  readonly template: number;
  /** Name of the server-sent event; null where the dialect names none. */
  readonly event: string | null;
  readonly before: string;
  readonly middle: string | null;
  readonly after: string;
}

/** The text that one upstream event made releasable on one channel. Never empty. */
export interface ChunkBody {
  readonly type: "chunk";
  readonly channel: number;
  readonly text: string;
  /** Template number, or -1 where the upstream's dialect has no envelope. */
  readonly template: number;
  /** JSON text of the log-probabilities released with this text, or null. */
  readonly logprobs: string | null;
  readonly findings: readonly Finding[];
}

export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter" | "refusal" | "other";

export interface Usage {
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly totalTokens: number | null;
  readonly reasoningTokens: number | null;
  readonly cachedTokens: number | null;
}

/** The meaning of a structural event, in terms that every dialect can express. */
export type OutputItem =
  | {
      readonly type: "message";
      readonly choice: number;
      readonly role: string;
      readonly responseId: string | null;
      readonly model: string | null;
      /** Seconds since the epoch, as the provider says. */
      readonly createdS: number | null;
    }
  | { readonly type: "channel"; readonly channel: Channel }
  | { readonly type: "channel_closed"; readonly channel: number }
  | {
      readonly type: "finish";
      readonly choice: number;
      readonly reason: FinishReason;
      readonly native: string;
    }
  | { readonly type: "usage"; readonly usage: Usage };

/**
 * A structural event of the upstream: what it means (`items`), and the event itself as masked JSON
 * text for clients of the same dialect (`native`; null where it has no native form).
 */
export interface OutputBody {
  readonly type: "output";
  readonly items: readonly OutputItem[];
  readonly event: string | null;
  readonly native: string | null;
  /** Findings inside `native`; their offsets are 0 since the text has many places. */
  readonly findings: readonly Finding[];
}

/** A stretch of time that a replay skips has ended; `cause` says what it was. */
export interface SegmentBody {
  readonly type: "segment";
  readonly cause: "review" | "restart";
  /** Wall clock at its end, milliseconds since the epoch. */
  readonly atMs: number;
}

export interface EndError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
}

export interface Totals {
  readonly chunks: number;
  /** UTF-16 units of released text. */
  readonly characters: number;
  /** Findings by entity. */
  readonly findings: Readonly<Record<string, number>>;
  readonly usage: Usage | null;
  /** Time to the first chunk from upstream opened, microseconds; null without one. */
  readonly firstChunkUs: number | null;
}

export interface EndedBody {
  readonly type: "ended";
  /** Null: the model finished and everything was delivered. */
  readonly error: EndError | null;
  /** What ended it, in words of the log: `complete`, or the error code. */
  readonly outcome: "complete" | ErrorCode;
  /** Who stopped it and why, when somebody did. */
  readonly by: PrincipalName | null;
  readonly reason: string | null;
  readonly totals: Totals;
}

export type EntryBody =
  | OpenedBody
  | DecidedBody
  | ReviewRequestedBody
  | ReviewDecidedBody
  | UpstreamOpenedBody
  | TemplateBody
  | ChunkBody
  | OutputBody
  | SegmentBody
  | EndedBody;

/** Where an entry stands in its log. */
export interface Position {
  /** From 1 (`opened`), without gaps. */
  readonly seq: number;
  /** Integer microseconds since `opened`, monotonic, taken at append. */
  readonly offsetUs: number;
}

export type Entry = EntryBody & Position;
export type EntryOf<T extends EntryBody["type"]> = Extract<EntryBody, { type: T }> & Position;
