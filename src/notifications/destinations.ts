import { asSluiceError } from "../domain/errors.js";
import type { Clock } from "../domain/time.js";
import type { Destination, Sent } from "./message.js";
import { type Endpoint, post } from "./post.js";
import { signedHeaders } from "./standard-webhook.js";

export interface WebhookOptions extends Endpoint {
  readonly name: string;
  /** Read for every attempt, so that a secret that is exchanged takes effect at once. */
  readonly secrets: () => readonly string[];
  readonly clock: Clock;
}

/** A receiver of Standard Webhooks. */
export function webhookDestination({ name, secrets, clock, ...endpoint }: WebhookOptions): Destination {
  return {
    name,
    send: ({ id, body }, signal) =>
      attempt(() => {
        const timestampS = Math.floor(clock.nowMs() / 1000);
        return post(endpoint, { body, headers: signedHeaders({ id, timestampS, body }, secrets()) }, signal);
      }),
  };
}

export interface SlackOptions extends Omit<Endpoint, "url" | "ca" | "internal" | "insecure"> {
  readonly name: string;
  /** The incoming webhook's address, which is its secret as well; read for every attempt. */
  readonly url: () => string;
}

/** A channel of Slack, by an incoming webhook. */
export function slackDestination({ name, url, timeoutMs }: SlackOptions): Destination {
  const fixed = { timeoutMs, ca: null, internal: false, insecure: false };
  return {
    name,
    send: ({ body }, signal) => attempt(() => post({ ...fixed, url: url() }, { body, headers: {} }, signal)),
  };
}

/** A secret that cannot be read now may be there later. */
async function attempt(send: () => Promise<Sent>): Promise<Sent> {
  try {
    return await send();
  } catch (thrown) {
    return { outcome: "failed", reason: asSluiceError(thrown).message, retryAfterMs: null };
  }
}
