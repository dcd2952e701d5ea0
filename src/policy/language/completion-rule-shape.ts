import { list, oneOfKeys, optional, placed, record, required, type ShapeOf } from "../../documents/index.js";
import { entities } from "./matcher-shape.js";
import { ruleName } from "./names.js";
import { operatorShape } from "./operator-shape.js";

const found = { entities: required(placed(entities), "Entities, detector ids, or groups such as `pii/*`.") };

/** One rule over the answer. */
export const completionRuleShape = placed(
  oneOfKeys(
    { id: required(placed(ruleName("the id of a rule")), "Unique in its policy; stands in every decision.") },
    {
      mask: record(
        { ...found, operator: optional(operatorShape, "What stands in its place; default `replace`.") },
        "what to mask",
      ),
      cut: record(found, "what ends the stream"),
      observe: record(found, "what is only noted"),
    },
    "a completion rule",
  ),
);

export type WrittenCompletionRule = ShapeOf<typeof completionRuleShape>["value"];
export const completionRules = list(completionRuleShape, { max: 200 });
