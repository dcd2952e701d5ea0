/** The tokenizer's declarations speak of the browser's global type, which Node's own do not declare. */
type TextDecoder = import("node:util").TextDecoder;
