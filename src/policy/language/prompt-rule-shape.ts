import {
  boolean,
  checked,
  choice,
  duration,
  integer,
  list,
  oneOfKeys,
  optional,
  placed,
  record,
  required,
  type Shape,
  type ShapeOf,
  spelledOut,
  text,
  withDefault,
} from "../../documents/index.js";
import { entities, matcherKinds, pattern, ROLES } from "./matcher-shape.js";
import { exact, ruleName, some } from "./names.js";
import { operatorShape } from "./operator-shape.js";

const message = optional(
  text({ what: "a message to the caller", maxLength: 500 }),
  "What the caller is told.",
);
const ignoreCase = optional(boolean(), "Whether patterns and words ignore case; default true.");

const anything = { ...matcherKinds, always: placed(spelledOut("always")) } as const;

/** Case is a matter of patterns and words. */
function caseOfNothing({
  kind,
  ignoreCase,
}: {
  readonly kind: string;
  readonly ignoreCase: boolean | undefined;
}) {
  const hasCase = kind !== "always" && kind !== "entities";
  return hasCase || ignoreCase === undefined
    ? null
    : `ignoreCase has no effect beside ${kind}; it is for pattern, patterns, words and topic`;
}

const deny = checked(oneOfKeys({ message, ignoreCase }, anything, "what to deny"), caseOfNothing);

const allowOnly = checked(
  record(
    {
      patterns: optional(placed(some(pattern, 500)), "Patterns, one of which must be found."),
      topics: optional(
        placed(some(exact("the name of a topic"), 100)),
        "Topics, one of which must be found.",
      ),
      each: withDefault(
        choice("message", "conversation"),
        "message",
        "What must hold a match: each message, or the conversation.",
      ),
      message,
      ignoreCase,
    },
    "what alone is allowed",
  ),
  (rule) =>
    rule.patterns === undefined && rule.topics === undefined
      ? "it allows nothing; give patterns or topics"
      : null,
);

const count = (max: number) => integer({ min: 1, max });
const limitFields = {
  promptTokens: optional(
    count(100_000_000),
    "Most prompt tokens; an upper bound is counted where the model's tokenizer is not known.",
  ),
  completionTokens: optional(
    count(100_000_000),
    "Most completion tokens over all choices; set at the provider and enforced in the stream.",
  ),
  promptChars: optional(count(1_000_000_000), "Most UTF-16 units of prompt text."),
  messages: optional(count(100_000), "Most messages."),
  tools: optional(integer({ min: 0, max: 100_000 }), "Most tools that a request may define; 0: none."),
  choices: optional(count(1000), "Most choices (`n`)."),
};
const limit = checked(record({ ...limitFields, message }, "a limit"), (rule) => {
  const { message: _, ...limits } = rule;
  const any = Object.values(limits).some((value) => value !== undefined);
  return any ? null : `it limits nothing; allowed: ${Object.keys(limitFields).join(", ")}`;
});

const redact = checked(
  record(
    {
      entities: required(placed(entities), "What is taken out before the model sees the prompt."),
      reversible: withDefault(boolean(), false, "Give the values back to the caller's own live stream."),
      operator: optional(
        operatorShape,
        "What stands in its place; default `replace`, or `pseudonym` where reversible.",
      ),
      restoreInTools: withDefault(boolean(), false, "Put values back inside tool arguments too."),
      restoreInUrls: withDefault(boolean(), false, "Put values back inside URLs too."),
    },
    "what to redact",
  ),
  (rule) => {
    if (rule.reversible && rule.operator !== undefined && rule.operator.type !== "pseudonym") {
      return `only pseudonym can be reversed, not ${rule.operator.type}; leave the operator out`;
    }
    const restores = rule.restoreInTools || rule.restoreInUrls;
    return restores && !rule.reversible ? "restoreInTools and restoreInUrls need `reversible: true`" : null;
  },
);

const DAY_MS = 86_400_000;
const review = checked(
  oneOfKeys(
    {
      reviewers: required(
        record({ groups: required(some(exact("a group")), "Groups whose members may decide.") }),
        "Who may decide.",
      ),
      approvals: withDefault(integer({ min: 1, max: 10 }), 1, "Different people who must approve."),
      expires: withDefault(
        duration({ minMs: 1000, maxMs: 30 * DAY_MS }),
        1_800_000,
        "How long it may stay undecided; default 30m.",
      ),
      onPending: withDefault(
        choice("wait", "reject"),
        "wait",
        "Whether a waiting HTTP client is held or refused at once.",
      ),
      message,
      ignoreCase,
    },
    anything,
    "what to review",
  ),
  caseOfNothing,
);

/** One rule over the prompt. */
export const promptRuleShape = placed(
  oneOfKeys(
    {
      id: required(placed(ruleName("the id of a rule")), "Unique in its policy; stands in every decision."),
      roles: optional(
        placed(list(choice(...ROLES))),
        "Which text the rule sees; default: all of it (allowOnly: user). Not for limit and redact, which see all.",
      ),
    },
    { deny, allowOnly, limit, redact, review },
    "a prompt rule",
  ),
);

export type WrittenPromptRule = ShapeOf<typeof promptRuleShape>["value"];
export type WrittenMatcher = ShapeOf<typeof deny> | ShapeOf<typeof review>;
export type WrittenAllowOnly = ShapeOf<typeof allowOnly>;
export type WrittenReview = ShapeOf<typeof review>;
export const promptRules: Shape<readonly ShapeOf<typeof promptRuleShape>[]> = list(promptRuleShape, {
  max: 500,
});
