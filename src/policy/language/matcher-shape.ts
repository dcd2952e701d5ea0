import { list, placed, type Shape, text } from "../../documents/index.js";
import { exact, glob } from "./names.js";

export const pattern: Shape<string> = text({ what: "a pattern", maxLength: 2000 });
export const word: Shape<string> = text({ what: "a word or phrase", maxLength: 200 });
export const entities: Shape<readonly string[]> = list(glob("an entity, detector or group such as pii/*"), {
  max: 500,
});

/** What a deny or review rule looks for: exactly one of these. */
export const matcherKinds = {
  pattern: placed(pattern),
  patterns: placed(list(pattern, { max: 500 })),
  words: placed(list(word, { max: 5000 })),
  topic: placed(exact("the name of a topic")),
  entities: placed(entities),
} as const;

/** The roles a rule may be narrowed to; a rule without `roles` sees all. */
export const ROLES = ["system", "user", "assistant", "tool", "definition", "parameter"] as const;
