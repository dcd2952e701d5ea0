import { join } from "node:path";
import type { Config } from "../config/load.js";
import type { WrittenConfig } from "../config/shapes.js";
import type { Clock } from "../domain/time.js";
import type { Metrics } from "../metrics/metrics.js";
import { ApprovalNotifier, type Subscriber } from "../notifications/approval-notifier.js";
import { Delivery, type DeliveryEvent } from "../notifications/delivery.js";
import { slackDestination, webhookDestination } from "../notifications/destinations.js";
import type { Destination } from "../notifications/message.js";
import { Outbox } from "../notifications/outbox.js";
import { signingKey } from "../notifications/standard-webhook.js";
import type { ApprovalDesk } from "../policy/approvals/approval-desk.js";
import type { KeyRing } from "../sealing/key-ring.js";
import { SealedFiles } from "../sealing/sealed-files.js";

interface Rooms {
  readonly approvals: ApprovalDesk;
  readonly ring: KeyRing;
  readonly clock: Clock;
  readonly random: () => number;
  readonly metrics: Metrics;
  readonly logger: {
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

type Written = WrittenConfig["notifications"];

/** Remembered announcements stand beside what waits: one for each open review and destination. */
const MAX_FILES = 250_000;

/** Tells people of reviews, where the configuration names somebody; null: it names nobody. */
export async function notifierOf(config: Config, rooms: Rooms): Promise<ApprovalNotifier | null> {
  const { notifications } = config.written;
  const written = [
    ...notifications.webhooks.map((each) => ({
      ...each,
      form: "webhook" as const,
      to: webhook(each, { config, rooms }),
    })),
    ...notifications.slack.map((each) => ({ ...each, form: "slack" as const, to: slack(each, config) })),
  ];
  if (written.length === 0) return null;
  const { metrics, approvals } = rooms;
  const names = new Set(written.map(({ name }) => name.value));
  const outbox = await Outbox.open(
    await SealedFiles.open({
      dir: join(config.approvalsDir, "outbox"),
      ring: rooms.ring,
      maxFiles: MAX_FILES,
    }),
    {
      knows: (name) => names.has(name),
      onProblem: (error) => rooms.logger.error({ err: error }, "notifications"),
    },
  );
  const count = metrics.counter(
    "sluice_notifications_total",
    "Messages about reviews by what became of them.",
  );
  const subscribers = written.map(({ name, form, events, reviewers, giveUpAfter, to }): Subscriber => {
    const { clock, random, logger } = rooms;
    const destination = name.value;
    const delivery = new Delivery({
      destination: to,
      outbox,
      clock,
      random,
      giveUpAfterMs: giveUpAfter,
      onEvent: (event, fields) => {
        count({ destination, event });
        const words = WORDS[event];
        if (words !== null) logger.warn({ destination, ...fields }, words);
      },
      onProblem: (error) => logger.error({ err: error, destination }, "notifications"),
    });
    return { name: destination, form, events, reviewers, delivery };
  });
  metrics.gauge("sluice_notifications_waiting", "Messages about reviews that wait to be delivered.", () =>
    subscribers.map(({ name, delivery }) => ({ labels: { destination: name }, value: delivery.waiting })),
  );
  return new ApprovalNotifier({ approvals, subscribers, outbox, link: (id) => linkTo(notifications, id) });
}

/** What an operator reads of it; null: figures are enough. */
const WORDS: Readonly<Record<DeliveryEvent, string | null>> = {
  delivered: null,
  failed: "a notification was not taken; it is tried again",
  given_up: "a notification was given up",
  dropped: "a notification was dropped",
  gone: "a receiver of notifications wants no more",
};

function linkTo({ link }: Written, approval: string): string | null {
  return link === undefined ? null : link.value.replace("{id}", encodeURIComponent(approval));
}

function webhook(
  { name, url, secrets, timeout, ca, internal, insecure }: Written["webhooks"][number],
  { config, rooms }: { readonly config: Config; readonly rooms: Rooms },
): Destination {
  const sources = secrets.map(({ value }) => config.secret(value));
  // A secret that could sign nothing is refused now, not when the first review waits.
  for (const source of sources) signingKey(source.read());
  return webhookDestination({
    name: name.value,
    url: url.value,
    secrets: () => sources.map((source) => source.read()),
    clock: rooms.clock,
    timeoutMs: timeout,
    ca: ca === undefined ? null : config.pem(ca, "notifications.webhooks.ca"),
    internal,
    insecure,
  });
}

function slack({ name, url, timeout }: Written["slack"][number], config: Config): Destination {
  const source = config.secret(url.value);
  return slackDestination({ name: name.value, url: () => source.read(), timeoutMs: timeout });
}
