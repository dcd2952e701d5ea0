import {
  boolean,
  byKind,
  choice,
  duration,
  list,
  mapped,
  optional,
  type Placed,
  placed,
  record,
  required,
  table,
  text,
  withDefault,
} from "../../documents/index.js";
import { ISSUER_DEFAULTS, TOKEN_ALGORITHMS } from "../../domain/issuer.js";
import { day, minute, name, path, second, url } from "./scalars.js";

const claimsShape = record(
  {
    subject: withDefault(name("a claim"), "sub", "Claim that names the subject."),
    groups: optional(name("a claim"), "Claim that lists groups; without it tokens give no groups."),
    team: optional(name("a claim"), "Claim that names the team."),
    tenant: optional(name("a claim"), "Claim that names the tenant; default: the issuer."),
    attributes: withDefault(
      table(name("an attribute"), name("a claim")),
      new Map(),
      "Attribute -> claim, for `who` and `when` of policies.",
    ),
  },
  "which claims become what",
);

const groupNames = list(name("a group"), { min: 0 });
const rolesShape = record(
  {
    reviewer: withDefault(groupNames, [], "Groups whose members are reviewers."),
    auditor: withDefault(groupNames, [], "Groups whose members are auditors."),
    operator: withDefault(groupNames, [], "Groups whose members are operators."),
  },
  "role -> groups",
);

const issuerShape = record(
  {
    issuer: required(placed(url), "Exactly what `iss` holds, and where discovery starts."),
    audiences: required(list(name("an audience")), "One of these must stand in `aud`."),
    algorithms: withDefault(
      list(choice(...TOKEN_ALGORITHMS)),
      ISSUER_DEFAULTS.algorithms,
      "Signature algorithms taken.",
    ),
    typ: optional(name("a token type"), "Header `typ` demanded, for example `at+jwt`."),
    claims: withDefault(
      claimsShape,
      {
        ...ISSUER_DEFAULTS.claims,
        groups: undefined,
        team: undefined,
        tenant: undefined,
        attributes: new Map(),
      },
      "Which claims become what.",
    ),
    groupsPrefix: withDefault(
      text({ what: "a prefix", minLength: 0, maxLength: 64 }),
      "",
      "Put before every group of this issuer.",
    ),
    require: withDefault(
      table(name("a claim"), list(name("a value"))),
      new Map(),
      "Claim -> values of which one is demanded.",
    ),
    roles: withDefault(rolesShape, { reviewer: [], auditor: [], operator: [] }, "Roles by group."),
    clockTolerance: withDefault(
      duration({ minMs: 0, maxMs: 5 * minute }),
      0,
      "Tolerance for `exp` and `nbf`.",
    ),
    refresh: withDefault(
      duration({ minMs: second, maxMs: day }),
      ISSUER_DEFAULTS.refreshMs,
      "Time between two fetches of the keys.",
    ),
    maxStale: withDefault(
      duration({ minMs: 0, maxMs: 7 * day }),
      ISSUER_DEFAULTS.maxStaleMs,
      "How long keys serve that cannot be fetched again.",
    ),
    timeout: withDefault(
      duration({ minMs: 100, maxMs: minute }),
      ISSUER_DEFAULTS.timeoutMs,
      "For one fetch.",
    ),
    jwksUri: optional(url, "Address of the keys; skips discovery."),
    ca: optional(path("the path of a PEM file"), "Authorities that may certify the issuer's host."),
    insecure: withDefault(boolean(), false, "Allow http beyond loopback."),
    blocked: withDefault(
      boolean(),
      false,
      "Refuse every token of this issuer and end its open sessions; taken up by a reload.",
    ),
  },
  "an issuer",
);

/** A subject of every issuer, or of the one that is named. */
const revokedSubject = byKind<RevokedSubject>({
  text: mapped(name("a subject"), (subject) => ({ subject, issuer: undefined })),
  map: record(
    {
      subject: required(name("a subject"), "Subject."),
      issuer: required(placed(url), "Its issuer, as configured above."),
    },
    "a subject and its issuer",
  ),
});

export interface RevokedSubject {
  readonly subject: string;
  readonly issuer: Placed<string> | undefined;
}

/** `identity`: who is believed, and who no longer. */
export const identityShape = record(
  {
    issuers: required(list(issuerShape, { max: 50 }), "Issuers whose tokens are taken."),
    revoked: withDefault(
      list(revokedSubject, { min: 0, max: 10_000 }),
      [],
      "Subjects that are refused whatever their token says: `SUBJECT`, or `{ subject, issuer }` of one issuer alone. Taken up by a reload, which ends their open sessions.",
    ),
    blockAll: withDefault(
      boolean(),
      false,
      "Kill switch: refuse everybody and end every session; taken up by a reload.",
    ),
  },
  "identity",
);
