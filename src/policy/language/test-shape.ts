import {
  byKind,
  choice,
  integer,
  list,
  mapped,
  optional,
  placed,
  record,
  required,
  type Shape,
  type ShapeOf,
  table,
  text,
  withDefault,
} from "../../documents/index.js";
import { REQUEST_FEATURES } from "../../domain/prompt.js";
import { ROLES } from "./matcher-shape.js";
import { ruleName, some } from "./names.js";

const phrase = (what: string): Shape<string> => text({ what, maxLength: 1000 });

const as = record(
  {
    subject: withDefault(phrase("a subject"), "tester", "Default: tester."),
    issuer: withDefault(phrase("an issuer"), "https://issuer.example", "Default: https://issuer.example."),
    groups: withDefault(some(phrase("a group")), [], "Groups of the token."),
    roles: withDefault(list(choice("caller", "reviewer", "auditor", "operator")), ["caller"], "Roles."),
    team: optional(phrase("a team"), "Team."),
    tenant: optional(phrase("a tenant"), "Tenant; default: the issuer."),
    attributes: withDefault(
      table(ruleName("an attribute"), some(phrase("a value"))),
      new Map(),
      "Other mapped claims.",
    ),
  },
  "who asks",
);

const prose = text({ what: "text", minLength: 0, maxLength: 1_000_000 });
const message = record(
  {
    role: withDefault(choice(...ROLES), "user", "Default: user."),
    parts: required(some(prose), "Text, or the texts of its parts."),
    syntax: withDefault(choice("text", "json"), "text", "`json`: judged decoded as well."),
  },
  "a message",
);
export type WrittenMessage = ShapeOf<typeof message>;

const prompt: Shape<readonly WrittenMessage[]> = byKind<readonly WrittenMessage[]>({
  text: mapped(prose, (only): readonly WrittenMessage[] => [{ role: "user", parts: [only], syntax: "text" }]),
  list: list(message),
});

const expect = record(
  {
    effect: required(choice("allow", "deny", "review"), "What must be decided."),
    policy: optional(phrase("a policy"), "Policy that denies or asks for review."),
    rule: optional(phrase("a rule"), "Its rule."),
    message: optional(phrase("a message"), "What a denied caller is told."),
    reviewers: optional(some(phrase("a group")), "Who may decide."),
    masks: optional(some(phrase("an entity")), "Entities that must be masked or cut in the answer."),
    redacts: optional(some(phrase("an entity")), "Entities that must be taken out of the prompt."),
    completionTokens: optional(integer({ min: 1, max: 100_000_000 }), "The limit that must hold."),
  },
  "what is expected",
);

export const testShape = placed(
  record(
    {
      name: required(phrase("a name"), "What the test says."),
      as: required(as, "Who asks."),
      connection: required(phrase("a connection"), "Connection asked."),
      model: required(phrase("a model"), "Model asked for."),
      prompt: withDefault(prompt, [], "The prompt: text, or messages."),
      features: withDefault(list(choice(...REQUEST_FEATURES)), [], "What the request uses beside text."),
      tools: withDefault(list(phrase("a tool")), [], "Names of the tools that it defines."),
      labels: withDefault(table(phrase("a label"), phrase("a value")), new Map(), "Labels."),
      maxTokens: optional(integer({ min: 1, max: 100_000_000 }), "Completion tokens asked for."),
      choices: withDefault(integer({ min: 1, max: 1000 }), 1, "Choices asked for."),
      expect: required(expect, "What must come of it."),
    },
    "a test",
  ),
);

export type WrittenTest = ShapeOf<typeof testShape>["value"];
export const testsShape = list(testShape, { max: 2000 });
