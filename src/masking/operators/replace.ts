import type { Operator } from "./operator.js";

/** `<EMAIL_ADDRESS>` */
export const replace: Operator = (label) => `<${label}>`;
