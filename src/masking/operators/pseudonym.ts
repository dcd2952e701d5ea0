import type { Operator } from "./operator.js";

/** `<EMAIL_ADDRESS_1>`: the same value has the same number throughout a conversation. */
export const pseudonym: Operator = (label, text, scope) => scope.pseudonyms.nameFor(label, text);
