import { type ErrorCode, type ErrorDetails, SluiceError } from "../domain/errors.js";
import type { JsonObject } from "../domain/json.js";

/** How an error code looks over HTTP. Statuses are those that no stock client repeats where a repeat
 *  cannot help: 400, 401, 403, 404, 405, 413. */
export interface Problem {
  readonly status: number;
  /** A short human name (RFC 9457 `title`). */
  readonly title: string;
  /** Type words that OpenAI's and Anthropic's clients know. */
  readonly openai: string;
  readonly anthropic: string;
  /** False: the client must not send the same request again. */
  readonly retry: boolean;
}

const DENIED = { openai: "permission_error", anthropic: "permission_error", retry: false } as const;
const INVALID = {
  openai: "invalid_request_error",
  anthropic: "invalid_request_error",
  retry: false,
} as const;
const FAILED = { openai: "server_error", anthropic: "api_error" } as const;

const PROBLEMS: Readonly<Record<ErrorCode, Problem>> = {
  invalid_request: { status: 400, title: "Invalid request", ...INVALID },
  too_large: {
    status: 413,
    title: "Too large",
    openai: "invalid_request_error",
    anthropic: "request_too_large",
    retry: false,
  },
  unauthenticated: {
    status: 401,
    title: "Not authenticated",
    openai: "authentication_error",
    anthropic: "authentication_error",
    retry: false,
  },
  token_expired: {
    status: 401,
    title: "Token expired",
    openai: "authentication_error",
    anthropic: "authentication_error",
    retry: false,
  },
  permission_denied: { status: 403, title: "Permission denied", ...DENIED },
  policy_denied: { status: 403, title: "Denied by policy", ...DENIED },
  approval_rejected: { status: 403, title: "Rejected by a reviewer", ...DENIED },
  approval_expired: { status: 403, title: "Approval expired", ...DENIED },
  approval_pending: { status: 400, title: "Waiting for approval", ...INVALID },
  not_found: {
    status: 404,
    title: "Not found",
    openai: "not_found_error",
    anthropic: "not_found_error",
    retry: false,
  },
  model_not_found: {
    status: 404,
    title: "Model not found",
    openai: "not_found_error",
    anthropic: "not_found_error",
    retry: false,
  },
  method_not_allowed: { status: 405, title: "Method not allowed", ...INVALID },
  conflict: { status: 409, title: "Conflict", ...INVALID },
  rate_limited: {
    status: 429,
    title: "Rate limited",
    openai: "rate_limit_error",
    anthropic: "rate_limit_error",
    retry: true,
  },
  overloaded: {
    status: 429,
    title: "At capacity",
    openai: "rate_limit_error",
    anthropic: "overloaded_error",
    retry: true,
  },
  upstream_unavailable: { status: 503, title: "Model unavailable", ...FAILED, retry: true },
  upstream_rejected: { status: 400, title: "Refused by the model", ...INVALID },
  upstream_timeout: {
    status: 504,
    title: "Model too slow",
    openai: "server_error",
    anthropic: "timeout_error",
    retry: true,
  },
  upstream_broken: { status: 502, title: "Model stream broken", ...FAILED, retry: true },
  masking_failed: { status: 500, title: "Masking failed", ...FAILED, retry: false },
  storage_failed: { status: 503, title: "Recording failed", ...FAILED, retry: true },
  cancelled: { status: 400, title: "Cancelled", ...INVALID },
  deadline_exceeded: {
    status: 504,
    title: "Deadline exceeded",
    openai: "server_error",
    anthropic: "timeout_error",
    retry: false,
  },
  stopped: { status: 403, title: "Stopped", ...DENIED },
  stalled: { status: 503, title: "Reader stalled", ...FAILED, retry: false },
  shutdown: { status: 503, title: "Shutting down", ...FAILED, retry: true },
  interrupted: { status: 503, title: "Interrupted", ...FAILED, retry: false },
  invalid_config: { status: 500, title: "Invalid configuration", ...FAILED, retry: false },
  internal: { status: 500, title: "Internal error", ...FAILED, retry: true },
};

/** The problem that an error is; what the upstream refused keeps its kind where the caller can act on it. */
export function problemOf(code: ErrorCode, details: ErrorDetails): Problem {
  const problem = PROBLEMS[code];
  if (code !== "upstream_rejected") return problem;
  switch (details.upstreamStatus) {
    case 404:
      return { ...problem, status: 404, openai: "not_found_error", anthropic: "not_found_error" };
    case 413:
      return { ...problem, status: 413, anthropic: "request_too_large" };
    case 429:
      return { ...PROBLEMS.rate_limited, title: problem.title };
    case 401:
    case 402:
    case 403:
      // The gateway's own credential was refused: nothing that the caller could mend or repeat.
      return { ...PROBLEMS.upstream_unavailable, title: problem.title, retry: false };
    default:
      return problem;
  }
}

/** RFC 9457 members of an error, to stand beside a dialect's own. `type` is left to the dialect. */
export function problemMembers(error: SluiceError, requestId: string): JsonObject {
  const problem = problemOf(error.code, error.details);
  return {
    title: problem.title,
    status: problem.status,
    detail: error.message,
    instance: `urn:sluice:request:${requestId}`,
    code: error.code,
    ...detailMembers(error.details),
  };
}

/** Details that a client may see, by the names of the API. */
export function detailMembers(details: ErrorDetails): JsonObject {
  const members: { [key: string]: string | number } = {};
  const take = (name: string, value: string | number | undefined) => {
    if (value !== undefined) members[name] = value;
  };
  take("policy", details.policy);
  take("rule", details.rule);
  take("policy_version", details.policyVersion);
  take("field", details.field);
  take("session", details.session);
  take("approval", details.approval);
  take("retry_after_ms", details.retryAfterMs);
  take("upstream_status", details.upstreamStatus);
  take("upstream_code", details.upstreamCode);
  take("upstream_request_id", details.upstreamRequestId);
  return members;
}

export function problemType(code: ErrorCode): string {
  return `urn:sluice:error:${code}`;
}

/** Headers of an error answer: how and whether to try again. */
export function problemHeaders(error: SluiceError, requestId: string): Readonly<Record<string, string>> {
  const problem = problemOf(error.code, error.details);
  const headers: Record<string, string> = {
    "content-type": "application/problem+json",
    "x-request-id": requestId,
    "request-id": requestId,
  };
  headers["x-should-retry"] = String(problem.retry);
  if (problem.status === 401) {
    headers["www-authenticate"] = error.code === "token_expired" ? 'Bearer error="invalid_token"' : "Bearer";
  }
  const wait = error.details.retryAfterMs ?? (problem.status === 429 ? 1000 : null);
  if (wait !== null && problem.retry) {
    // Whole seconds are what every client reads; some read the exact milliseconds.
    const waitMs = Math.max(1, wait);
    headers["retry-after"] = String(Math.ceil(waitMs / 1000));
    headers["retry-after-ms"] = String(Math.ceil(waitMs));
  }
  return headers;
}

/** Reads an upstream's error answer: its status, a code that is a short token, its request id. */
export function upstreamError(
  status: number,
  about: {
    readonly code: string | null;
    readonly requestId: string | null;
    readonly retryAfter: string | undefined;
  },
): SluiceError {
  const details: ErrorDetails = {
    upstreamStatus: status,
    ...(about.code === null ? {} : { upstreamCode: about.code }),
    ...(about.requestId === null ? {} : { upstreamRequestId: about.requestId }),
    ...retryDetail(about.retryAfter),
  };
  const said = about.code === null ? "" : ` (${about.code})`;
  if (status === 429)
    return new SluiceError(
      "upstream_rejected",
      `The model's provider limits the rate${said}; try again later.`,
      details,
    );
  if (status >= 400 && status < 500 && status !== 408) {
    return new SluiceError(
      "upstream_rejected",
      `The model refused the request with status ${status}${said}.`,
      details,
    );
  }
  return new SluiceError("upstream_unavailable", `The model answered with status ${status}${said}.`, details);
}

function retryDetail(header: string | undefined): ErrorDetails {
  const seconds = header === undefined || header.trim() === "" ? Number.NaN : Number(header);
  return Number.isFinite(seconds) && seconds >= 0 && seconds <= 86_400
    ? { retryAfterMs: seconds * 1000 }
    : {};
}
