import type { SluiceError } from "../domain/errors.js";

/** What a person at a command line can do about an error; null where the message says it all. */
export function nextStep({ code, details }: SluiceError): string | null {
  switch (code) {
    case "unauthenticated":
      return "set SLUICE_TOKEN or give --token-file; for the demo, --as developer";
    case "token_expired":
      return "get a new token and run the command again";
    case "permission_denied":
      return "ask somebody whose role allows it; docs/identity.md lists the roles";
    case "policy_denied":
      return details.policy === undefined
        ? null
        : `sluice policy explain --prompt ... shows what ${details.policy} decides and why`;
    case "approval_pending":
      return details.approval === undefined
        ? "repeat the request to join the review"
        : `sluice approvals show ${details.approval}`;
    case "conflict":
      return "read it again and decide on what is there now";
    case "rate_limited":
    case "overloaded":
      return details.retryAfterMs === undefined
        ? "try again later"
        : `try again in ${Math.ceil(details.retryAfterMs / 1000)} s`;
    case "model_not_found":
      return "sluice policy explain shows the models that you may use";
    case "upstream_unavailable":
    case "shutdown":
      return "sluice doctor --config <file> finds out why";
    case "internal":
      return "the gateway's log says more";
    default:
      return null;
  }
}
