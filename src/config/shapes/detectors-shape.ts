import {
  boolean,
  integer,
  list,
  oneOfKeys,
  optional,
  placed,
  record,
  required,
  text,
  withDefault,
} from "../../documents/index.js";
import { name, path } from "./scalars.js";

const customDetector = record(
  {
    id: required(name("an id such as custom/badge"), "Unique id."),
    entity: required(name("an entity such as BADGE_NUMBER"), "What it finds."),
    label: optional(name("a label"), "Label in the placeholder; must hold an underscore."),
    pattern: required(
      placed(text({ what: "a pattern", maxLength: 4000 })),
      "ECMAScript regular expression; its first group, or the match, is masked.",
    ),
    ignoreCase: withDefault(boolean(), false, "Whether case is folded."),
    validator: optional(name("a validator"), "Check of a candidate, for example `luhn`."),
    context: optional(
      list(text({ what: "a word", maxLength: 100 })),
      "Counts only after one of these words.",
    ),
    specificity: withDefault(integer({ min: 0, max: 100 }), 50, "Which label wins: the higher."),
    example: required(
      text({ what: "an example", maxLength: 4000 }),
      "Text in which it must find something; checked at load.",
    ),
    counterExample: required(
      text({ what: "a counter-example", maxLength: 4000 }),
      "Text in which it must find nothing; checked at load.",
    ),
  },
  "a detector",
);

/** `detectors`: those of your own, and files of foreign rules. */
export const detectorsShape = record(
  {
    import: withDefault(
      list(
        oneOfKeys(
          {},
          { gitleaks: path("the path of a gitleaks TOML"), presidio: path("the path of a Presidio YAML") },
          "an import: `gitleaks` or `presidio`",
        ),
        { min: 0, max: 20 },
      ),
      [],
      "Files of foreign rules.",
    ),
    custom: withDefault(list(customDetector, { min: 0, max: 500 }), [], "Detectors of your own."),
  },
  "detectors",
);
