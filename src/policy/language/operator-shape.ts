import {
  byKind,
  checked,
  choice,
  integer,
  mapped,
  optional,
  record,
  required,
  type Shape,
  text,
} from "../../documents/index.js";
import type { OperatorSpec } from "../../domain/obligation.js";

const word: Shape<OperatorSpec> = mapped(choice("replace", "redact", "hash", "pseudonym"), (type) => ({
  type,
}));

const keep = record(
  {
    mask: required(
      record(
        {
          keepLast: required(
            integer({ min: 0, max: 8 }),
            "Characters that stay readable; never more than half.",
          ),
          char: optional(
            checked(text({ what: "one character", maxLength: 1 }), () => null),
            "What stands for the others; default `*`.",
          ),
        },
        "how to mask",
      ),
      "Characters replaced, the last ones kept.",
    ),
  },
  "the mask operator",
);

/** `replace`, `redact`, `hash`, `pseudonym`, or `{ mask: { keepLast: 4 } }`. */
export const operatorShape: Shape<OperatorSpec> = byKind<OperatorSpec>({
  text: word,
  map: mapped(keep, ({ mask }) => ({
    type: "mask",
    keepLast: mask.keepLast,
    ...(mask.char === undefined ? {} : { char: mask.char }),
  })),
});
