import { byKind, mapped, type Shape } from "../../documents/index.js";
import { path } from "./scalars.js";

/** Where the policies stand: in a file of their own, or here. */
type WrittenPolicies = { readonly kind: "file"; readonly path: string } | { readonly kind: "inline" };

/** Beside this schema, as docs/ has it. */
const SCHEMA = "policy.schema.json";

/** Read by the room of policies, which is the only one that knows their language. */
function elsewhere<T>(value: T, key: "policies" | "topics" | "tests"): Shape<T> {
  return {
    expects: `${key} as in a policy file`,
    read: () => value,
    schema: () => ({ $ref: `${SCHEMA}#/properties/${key}` }),
  };
}

/** `policies`: a path, or the list itself. */
export const policiesShape = byKind<WrittenPolicies>({
  text: mapped(path("the path of a policy file"), (file) => ({ kind: "file", path: file })),
  list: elsewhere({ kind: "inline" }, "policies"),
});

/** What stands beside `policies` where they are written in the configuration itself. */
export const besidePolicies = (key: "topics" | "tests"): Shape<true> => elsewhere(true, key);
