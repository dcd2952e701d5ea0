/** The tokenizer's declarations speak of the browser's global type, which Node's own do not declare. */
interface TextDecoder extends import("node:util").TextDecoder {}
