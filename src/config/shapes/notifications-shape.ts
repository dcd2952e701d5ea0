import {
  boolean,
  checked,
  choice,
  duration,
  list,
  optional,
  placed,
  record,
  required,
  text,
  withDefault,
} from "../../documents/index.js";
import { day, minute, name, path, second, url } from "./scalars.js";
import { secret } from "./secret-shape.js";

const common = {
  name: required(placed(name("a name")), "Unique; in the log and in figures."),
  events: withDefault(
    list(choice("requested", "settled")),
    ["requested", "settled"],
    "`requested`: somebody must decide; `settled`: it was approved or rejected, or has lapsed.",
  ),
  reviewers: withDefault(
    list(name("a group"), { min: 0, max: 100 }),
    [],
    "Only reviews that one of these groups may decide; none named: all.",
  ),
  timeout: withDefault(duration({ minMs: 100, maxMs: minute }), 10 * second, "For one attempt."),
  giveUpAfter: withDefault(
    duration({ minMs: second, maxMs: 7 * day }),
    6 * 60 * minute,
    "How long a message is tried, with growing pauses; a review's never beyond its expiry.",
  ),
} as const;

const webhookShape = record(
  {
    ...common,
    url: required(placed(url), "Where messages are posted; redirects are not followed."),
    secrets: required(
      list(placed(secret), { max: 5 }),
      "Signing secrets (`whsec_...`), each with a signature of its own, so that one can be exchanged for another.",
    ),
    ca: optional(path("the path of a PEM file"), "Authorities that may certify the host."),
    internal: withDefault(boolean(), false, "Whether the host may lie in a private network."),
    insecure: withDefault(boolean(), false, "Allow http beyond loopback."),
  },
  "a webhook",
);

const slackShape = record(
  { ...common, url: required(placed(secret), "The incoming webhook's address, which is a secret.") },
  "a channel of Slack",
);

/** `notifications`: who is told of reviews. */
export const notificationsShape = record(
  {
    link: optional(
      placed(
        checked(text({ what: "a URL with {id} in it", maxLength: 2048 }), (link) =>
          link.includes("{id}") && URL.canParse(link.replace("{id}", "x"))
            ? null
            : "it must be a URL with {id} where the approval's id goes, such as https://sluice.example.com/approvals/{id}",
        ),
      ),
      "Page of one approval, put into messages: a URL in which `{id}` stands for the id.",
    ),
    webhooks: withDefault(
      list(webhookShape, { min: 0, max: 20 }),
      [],
      "Receivers of signed webhooks (Standard Webhooks).",
    ),
    slack: withDefault(list(slackShape, { min: 0, max: 20 }), [], "Channels of Slack, by incoming webhooks."),
  },
  "notifications",
);
