import {
  boolean,
  checked,
  choice,
  list,
  optional,
  placed,
  record,
  required,
  type ShapeOf,
  table,
  text,
  withDefault,
} from "../../documents/index.js";
import { REQUEST_FEATURES } from "../../domain/prompt.js";
import { completionRules } from "./completion-rule-shape.js";
import { pattern, word } from "./matcher-shape.js";
import { exact, glob, ruleName } from "./names.js";
import { promptRules } from "./prompt-rule-shape.js";
import { ratesShape } from "./rates-shape.js";
import { testsShape } from "./test-shape.js";
import { whoShape } from "./who-shape.js";

export const policyShape = placed(
  record(
    {
      name: required(placed(ruleName("the name of a policy")), "Unique; stands in every decision."),
      description: optional(text({ what: "a description", maxLength: 2000 }), "For people."),
      who: required(placed(whoShape), "Whom it is for. Keys are ANDed, the values of a key ORed."),
      when: optional(
        placed(text({ what: "a condition", maxLength: 1000 })),
        "CEL over `principal` and `request`; the policy counts only where it holds.",
      ),
      connections: required(
        placed(list(placed(exact("the name of a connection")))),
        "Connections it is for.",
      ),
      models: required(
        placed(list(placed(glob("a model or a glob")))),
        "Models it is for; `*` stands for anything.",
      ),
      prompt: withDefault(promptRules, [], "Rules over the prompt."),
      completion: optional(
        completionRules,
        "Rules over the answer. Without any, the full built-in set is masked.",
      ),
      rates: optional(placed(ratesShape), "Rates and budgets."),
      permit: withDefault(
        list(placed(choice(...REQUEST_FEATURES))),
        [],
        "What is refused unless a policy names it.",
      ),
      endAtTokenExpiry: withDefault(boolean(), false, "End a stream when the caller's token expires."),
      recordsSensitive: withDefault(
        boolean(),
        false,
        "Says that answers and records may hold what detectors find.",
      ),
      mode: withDefault(
        choice("enforce", "observe"),
        "enforce",
        "`observe` never counts as allow; it records what would have happened.",
      ),
    },
    "a policy",
  ),
);

export const topicShape = placed(
  checked(
    record(
      {
        description: optional(text({ what: "a description", maxLength: 2000 }), "For people."),
        words: withDefault(list(word, { max: 5000 }), [], "Whole words and phrases."),
        patterns: withDefault(list(pattern, { max: 500 }), [], "Patterns."),
        ignoreCase: withDefault(boolean(), true, "Whether they ignore case."),
      },
      "a topic",
    ),
    (topic) => (topic.words.length + topic.patterns.length === 0 ? "it has no words and no patterns" : null),
  ),
);

export const documentFields = {
  policies: required(
    list(policyShape, { max: 500 }),
    "The policies. Several may match; deny beats review beats allow.",
  ),
  tests: optional(testsShape, "Tests of these policies; `sluice policy test` runs them."),
  topics: withDefault(
    table(ruleName("the name of a topic"), topicShape, 500),
    new Map(),
    "Word lists and patterns that rules refer to.",
  ),
};

/** A file of policies. */
export const documentShape = record(documentFields, "a policy file");

export type WrittenPolicy = ShapeOf<typeof policyShape>["value"];
export type WrittenTopic = ShapeOf<typeof topicShape>["value"];
export type WrittenDocument = ShapeOf<typeof documentShape>;
