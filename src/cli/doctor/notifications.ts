import { lookup } from "node:dns/promises";
import type { Config } from "../../config/load.js";
import { whyNotAddress } from "../../notifications/address-guard.js";
import { whyNot } from "../../notifications/post.js";
import { signingKey } from "../../notifications/standard-webhook.js";
import { broken, type Finding, fine, reasonOf } from "./finding.js";

/** Whether those who are told of reviews could be: secrets, addresses, names. Nothing is sent to them. */
export async function notifications(config: Config, offline: boolean): Promise<readonly Finding[]> {
  const { webhooks, slack } = config.written.notifications;
  const findings: Promise<Finding>[] = [
    ...webhooks.map(({ name, url, secrets, internal, insecure }) =>
      look(`notifications ${name.value}`, offline, () => {
        for (const { value } of secrets) signingKey(config.secret(value).read());
        return { url: url.value, internal, insecure };
      }),
    ),
    ...slack.map(({ name, url }) =>
      look(`notifications ${name.value}`, offline, () => {
        return { url: config.secret(url.value).read(), internal: false, insecure: false };
      }),
    ),
  ];
  return Promise.all(findings);
}

interface Where {
  readonly url: string;
  readonly internal: boolean;
  readonly insecure: boolean;
}

async function look(check: string, offline: boolean, read: () => Where): Promise<Finding> {
  const fix = "look at the address and the secrets of this notification; docs/policy.md, Notifications";
  try {
    const where = read();
    const refused = whyNot({ ...where, timeoutMs: 0, ca: null });
    if (refused !== null) return broken(check, refused, fix);
    const host = new URL(where.url).hostname.replace(/^\[|\]$/g, "");
    if (offline) return fine(check, "its secrets are there");
    const found = await lookup(host, { all: true });
    const whys = found.map(({ address }) => whyNotAddress(address, { host, internal: where.internal }));
    const why = whys.find((each) => each !== null);
    return why === undefined || why === null
      ? fine(check, "its secrets are there, its host has an address")
      : broken(check, `its host is refused: ${why}`, fix);
  } catch (thrown) {
    return broken(check, reasonOf(thrown), fix);
  }
}
