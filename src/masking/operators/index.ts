import { SluiceError } from "../../domain/errors.js";
import type { OperatorSpec } from "../../domain/obligation.js";
import { hash } from "./hash.js";
import { keepLast } from "./keep-last.js";
import type { Operator } from "./operator.js";
import { pseudonym } from "./pseudonym.js";
import { redact } from "./redact.js";
import { replace } from "./replace.js";

export interface RankedOperator {
  readonly apply: Operator;
  /** The higher, the less it tells; in a merged region the highest wins. */
  readonly strictness: number;
  /** What to use where a placeholder must come out before its text has ended. */
  readonly early: Operator;
}

/**
 * The operator that a specification names.
 * @throws SluiceError `invalid_config` for a `mask` whose numbers or character make no sense.
 */
export function operatorFor(spec: OperatorSpec): RankedOperator {
  switch (spec.type) {
    case "redact":
      return { apply: redact, strictness: 5, early: redact };
    case "replace":
      return { apply: replace, strictness: 4, early: replace };
    case "pseudonym":
      return { apply: pseudonym, strictness: 3, early: replace };
    case "hash":
      return { apply: hash, strictness: 2, early: replace };
    case "mask":
      return { apply: checkedKeepLast(spec), strictness: 1, early: replace };
  }
}

function checkedKeepLast({ keepLast: count, char = "*" }: OperatorSpec & { type: "mask" }): Operator {
  if (!Number.isInteger(count) || count < 0 || count > 64) {
    throw new SluiceError(
      "invalid_config",
      `operator mask: keepLast is ${count}; give a whole number from 0 to 64.`,
    );
  }
  if (!/^[^\p{L}\p{N}\s\\"]$/u.test(char)) {
    throw new SluiceError(
      "invalid_config",
      `operator mask: char is ${JSON.stringify(char)}; give one character that is no letter, digit, blank, quote or backslash.`,
    );
  }
  return keepLast(count, char);
}
