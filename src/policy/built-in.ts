/** Id of the rule that a policy without completion rules has: the built-in set is masked. */
export const BUILT_IN = "built-in";
