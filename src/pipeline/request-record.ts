import type { OpenedBody } from "../domain/entry.js";
import { PAUSE, Pace, type Steps } from "../domain/pace.js";
import type { SessionId } from "../domain/session-id.js";
import type { Masking } from "../masking/masking.js";
import type { MaskScope } from "../masking/operators/operator.js";
import { PseudonymTable } from "../masking/pseudonyms.js";
import type { CompletionCall } from "./call.js";
import { jsonText } from "./json-text.js";
import { maskInSlices } from "./mask-in-slices.js";
import type { RoutedModel } from "./router.js";

/** HMACs with a key that lies outside the store. */
export interface Digests {
  digest(purpose: string, parts: readonly string[]): string;
}

/** A copy from which on writing it is a turn of its own. */
const LONG_CHARS = 128 * 1024;
/** Characters that one step digests. */
const DIGEST_CHARS = 128 * 1024;

/** What stands for a text among the parts of a digest: itself, or for a long one the chain of its pieces. */
function* standIn(keys: Digests, text: string): Steps<string> {
  if (text.length <= DIGEST_CHARS) return text;
  let chain = "";
  for (let at = 0; at < text.length; at += DIGEST_CHARS) {
    chain = keys.digest("request-piece", [chain, text.slice(at, at + DIGEST_CHARS)]);
    yield PAUSE;
  }
  return chain;
}

/**
 * Tells a request from every other: the exact body, the caller, connection and model.
 * @param body The request's native body as JSON text.
 */
export function* requestDigest(
  keys: Digests,
  { principal, request, dialect }: CompletionCall,
  { target, body }: { readonly target: RoutedModel; readonly body: string },
): Steps<string> {
  const { connection } = target.route;
  return keys.digest("request", [
    principal.issuer,
    principal.subject,
    connection,
    request.model,
    dialect.name,
    request.operation,
    yield* standIn(keys, body),
    JSON.stringify(request.headers),
  ]);
}

/**
 * Equal over the turns of one conversation of one caller: a stateless API sends the whole conversation each
 * time, so its first messages, up to the first of the user, name it.
 */
export function* conversationOf(keys: Digests, { principal, request }: CompletionCall): Steps<string> {
  const { messages } = request.neutral;
  const firstUser = messages.findIndex(({ role }) => role === "user");
  const head = messages.slice(0, firstUser < 0 ? 1 : firstUser + 1);
  const names: string[] = [];
  for (const { role, parts } of head) names.push(yield* jsonText([role, ...parts]));
  const text = yield* standIn(keys, names.join());
  return keys.digest("conversation", [principal.issuer, principal.subject, text]);
}

export interface OpenedFacts {
  readonly id: SessionId;
  readonly nowMs: number;
  readonly digest: string;
  readonly conversation: string;
}

/** The first entry of a log. Its copy of the request is masked with the full built-in set, always. */
export async function openedBody(
  call: CompletionCall,
  target: RoutedModel,
  {
    body,
    facts,
    masking,
    hashKey,
  }: {
    readonly body: string;
    readonly facts: OpenedFacts;
    readonly masking: Masking;
    readonly hashKey: Uint8Array;
  },
): Promise<OpenedBody> {
  const { principal, request } = call;
  const scope: MaskScope = { hashKey, pseudonyms: new PseudonymTable() };
  const plan = masking.plan(FULL_SET);
  const pace = new Pace();
  const masked = await maskInSlices(plan, body, { scope, syntax: "json", pace });
  // What follows writes the whole copy to the log, in one step.
  if (masked.text.length > LONG_CHARS) await pace.giveWay();
  const labels: Record<string, string> = {};
  for (const [key, value] of Object.entries(request.labels)) {
    labels[plan.maskWhole(key, scope).text] = plan.maskWhole(value, scope).text;
  }
  const { issuer, subject, groups, team, tenant } = principal;
  return {
    type: "opened",
    session: facts.id,
    openedAtMs: facts.nowMs,
    principal: { issuer, subject, groups, team, tenant },
    connection: target.route.connection,
    model: plan.maskWhole(request.model, scope).text,
    dialect: call.dialect.name,
    frontEnd: call.frontEnd,
    stream: request.stream,
    request: masked.text,
    requestDigest: facts.digest,
    conversation: facts.conversation,
    labels,
  };
}

/** What a stored request is masked with, whatever the policy says. */
export const FULL_SET = [{ entities: ["pii/*", "secrets/*"], action: "mask" as const }];
