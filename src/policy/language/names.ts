import { checked, list, oneOrMore, type Shape, text } from "../../documents/index.js";

/** Names that stand in decisions, logs and URLs. */
export const ruleName = (what: string): Shape<string> => text({ what, maxLength: 80, nameWith: "-_." });

/** One value, or a list of them. */
export const some = <T>(shape: Shape<T>, max = 1000): Shape<readonly T[]> =>
  oneOrMore(shape, list(shape, { max }));

/** A value that is compared exactly: a `*` in it would be a rule that never applies. */
export const exact = (what: string): Shape<string> =>
  checked(text({ what, maxLength: 500 }), (value) =>
    value.includes("*")
      ? `${what} is compared exactly, and no name holds "*"; list the names, or use \`everyone: true\` or \`when\``
      : null,
  );

/** A name in which `*` stands for anything. */
export const glob = (what: string): Shape<string> => text({ what, maxLength: 200 });
