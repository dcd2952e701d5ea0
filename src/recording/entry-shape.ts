import type { Entry, EntryBody } from "../domain/entry.js";

type Check = "string" | "number" | "boolean" | "object" | "list" | "string?" | "number?" | "object?";

/** The members of every entry whose body is JSON. What they hold inside was written by this program and
 *  is covered by the chain; this guards against records of another version or hand. */
const SHAPES: Readonly<Record<Exclude<EntryBody["type"], "chunk">, Readonly<Record<string, Check>>>> = {
  opened: {
    session: "string",
    openedAtMs: "number",
    principal: "object",
    connection: "string",
    model: "string",
    dialect: "string",
    frontEnd: "string",
    stream: "boolean",
    request: "string",
    requestDigest: "string",
    conversation: "string?",
    labels: "object",
  },
  decided: {
    effect: "string",
    reasons: "list",
    policyVersion: "string",
    obligations: "string",
    atRelease: "boolean",
  },
  review_requested: {
    approval: "string",
    policy: "string",
    rule: "string",
    reviewers: "list",
    approvalsNeeded: "number",
    expiresAtMs: "number",
  },
  review_decided: { approval: "string", outcome: "string", votes: "list" },
  upstream_opened: { connection: "string", model: "string", dialect: "string", approval: "string?" },
  template: { template: "number", event: "string?", before: "string", middle: "string?", after: "string" },
  output: { items: "list", event: "string?", native: "string?", findings: "list" },
  segment: { cause: "string", atMs: "number" },
  ended: { error: "object?", outcome: "string", by: "object?", reason: "string?", totals: "object" },
};

interface Candidate {
  readonly type: EntryBody["type"];
  readonly seq: number;
  readonly offsetUs: number;
}

/** Whether a record's JSON has the members that its kind must have. */
export function isEntryShape(value: Candidate): value is Entry {
  if (value.type === "chunk") return false;
  const members = new Map<string, unknown>(Object.entries(value));
  return Object.entries(SHAPES[value.type]).every(([name, check]) => fits(members.get(name), check));
}

function fits(value: unknown, check: Check): boolean {
  switch (check) {
    case "string":
    case "number":
    case "boolean":
      return typeof value === check;
    case "string?":
      return value === null || typeof value === "string";
    case "number?":
      return value === null || typeof value === "number";
    case "list":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "object?":
      return typeof value === "object" && !Array.isArray(value);
  }
}
