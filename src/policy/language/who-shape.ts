import {
  boolean,
  byKind,
  checked,
  integer,
  optional,
  record,
  type Shape,
  spelledOut,
  table,
  withDefault,
} from "../../documents/index.js";
import type { Who } from "../who.js";
import { exact, ruleName, some } from "./names.js";

const attributeValue: Shape<string | number | boolean> = byKind<string | number | boolean>({
  text: exact("a value"),
  number: integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
  boolean: boolean(),
});

const fields = {
  everyone: withDefault<boolean>(spelledOut("everyone"), false, "Every verified caller. Stands alone."),
  groups: optional(some(exact("a group")), "Groups of the token (the issuer's mapped claim)."),
  subjects: optional(some(exact("a subject")), "Subjects; name the issuer too where there are several."),
  issuers: optional(some(exact("an issuer")), "Issuers, exactly as in the token."),
  teams: optional(some(exact("a team")), "Teams (mapped claim `team`)."),
  tenants: optional(some(exact("a tenant")), "Tenants (mapped claim `tenant`, else the issuer)."),
  attributes: optional(
    table(ruleName("an attribute"), some(attributeValue), 50),
    "Other mapped claims, for example `repository`.",
  ),
};

/** `who`: never empty, and `everyone: true` stands alone. */
export const whoShape: Shape<Who> = checked(record(fields, "whom the policy is for"), (who) => {
  const narrowed = Object.entries(who).filter(([key, value]) => key !== "everyone" && value !== undefined);
  if (who.everyone && narrowed.length > 0) {
    return `everyone: true stands alone; ${narrowed.map(([key]) => key).join(", ")} would have no meaning beside it`;
  }
  const empty = !who.everyone && narrowed.length === 0;
  return empty ? `it names nobody; allowed: ${Object.keys(fields).join(", ")}` : null;
});
