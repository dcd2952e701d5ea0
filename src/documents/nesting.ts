import { Lexer } from "yaml";

/** Deeper documents are refused; the deepest that means anything to Sluice is about 12. */
const MAX_FLOW_DEPTH = 64;
const MAX_INDENT = 256;

/**
 * The line (from 1) at which a document nests too deeply to be parsed, or null.
 *
 * The parser recurses, and a stack that runs out inside V8's RegExp compiler aborts the whole
 * process instead of throwing (`- ` repeated 3,000 times, or 10,000 brackets, with yaml 2.9 on Node 20).
 * The lexer does not recurse, so the depth is known before the parser starts.
 */
export function tooDeepAtLine(text: string): number | null {
  return deepIndent(text) ?? deepFlow(text);
}

function deepIndent(text: string): number | null {
  let line = 1;
  let run = 0;
  let leading = true;
  for (const char of text) {
    if (char === "\n") {
      line++;
      run = 0;
      leading = true;
    } else if (leading && (char === " " || char === "-" || char === "?" || char === ":" || char === "\t")) {
      if (++run > MAX_INDENT) return line;
    } else {
      leading = false;
    }
  }
  return null;
}

function deepFlow(text: string): number | null {
  let line = 1;
  let depth = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === "[" || token === "{") depth++;
    else if ((token === "]" || token === "}") && depth > 0) depth--;
    if (depth > MAX_FLOW_DEPTH) return line;
    line += newlines(token);
  }
  return null;
}

function newlines(token: string): number {
  let count = 0;
  for (let at = token.indexOf("\n"); at >= 0; at = token.indexOf("\n", at + 1)) count++;
  return count;
}
