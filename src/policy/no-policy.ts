/** The policy that decisions name where none of the written ones speaks: it always denies. */
export const NO_POLICY = "none";
