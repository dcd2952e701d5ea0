import { INVALID, oneOfKeys, type Shape } from "../../documents/index.js";
import { path } from "./scalars.js";

/** Read without repeating what is refused: by mistake it may be the secret itself. */
const variableName: Shape<string> = {
  expects: "the name of an environment variable",
  read: (node) => {
    if (typeof node.scalar === "string" && /^[A-Za-z_][A-Za-z0-9_]{0,255}$/.test(node.scalar))
      return node.scalar;
    node.report(
      "expected the name of an environment variable, such as OPENAI_API_KEY; its value stays there",
    );
    return INVALID;
  },
  schema: () => ({ type: "string", pattern: "^[A-Za-z_][A-Za-z0-9_]{0,255}$" }),
};

const secretSource = oneOfKeys(
  {},
  { env: variableName, file: path("the path of a file that holds it") },
  "where the secret comes from: `env` or `file`",
);

/** Where a secret comes from; it never stands in the file itself. */
export const secret: typeof secretSource = {
  ...secretSource,
  read: (node) => {
    if (node.kind === "map") return secretSource.read(node);
    node.report("expected { env: VARIABLE } or { file: PATH }; a secret never stands in the file itself");
    return INVALID;
  },
};
