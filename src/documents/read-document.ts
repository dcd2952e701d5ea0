import { LineCounter, parseAllDocuments, type YAMLError } from "yaml";
import { DocumentNode, type Reading } from "./document-node.js";
import { tooDeepAtLine } from "./nesting.js";
import { Problems } from "./problem.js";
import { INVALID, type Shape } from "./shape.js";

export interface DocumentSource {
  /** What messages call the document: a path as the user named it. */
  readonly file: string;
  /** Most UTF-16 code units; default one mebi. */
  readonly maxLength?: number;
}

const DEFAULT_MAX_LENGTH = 1 << 20;
const MAX_NODES = 200_000;
const MAX_SYNTAX_ERRORS = 3;

/**
 * Reads a YAML 1.2 (or JSON) document as `shape` says.
 *
 * @throws SluiceError `invalid_config` whose message names every problem, one
 *   `file:line:column: field: what is wrong, what is allowed` per line.
 */
export function readDocument<T>(text: string, source: DocumentSource, shape: Shape<T>): T {
  const problems = new Problems();
  const root = parseRoot(text, source, problems);
  problems.throwIfAny();
  const value = root === null ? INVALID : shape.read(root);
  problems.throwIfAny();
  if (value === INVALID) throw new Error("a shape refused a document without saying why");
  return value;
}

function parseRoot(text: string, source: DocumentSource, problems: Problems): DocumentNode | null {
  const at = { file: source.file, line: 1, column: 1, field: "" };
  const maxLength = source.maxLength ?? DEFAULT_MAX_LENGTH;
  if (text.length > maxLength) {
    problems.add(at, `the document has ${text.length} characters, more than the ${maxLength} allowed`);
    return null;
  }
  const deep = tooDeepAtLine(text);
  if (deep !== null) {
    problems.add({ ...at, line: deep }, "the document is nested too deeply here; at most 64 levels are read");
    return null;
  }
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    version: "1.2",
  });
  const [document, second] = "empty" in documents ? [] : documents;
  if (document === undefined) {
    problems.add(at, "the document is empty");
    return null;
  }
  if (second !== undefined) {
    const { line, col } = lines.linePos(second.range[0]);
    problems.add(
      { ...at, line, column: col },
      "a second document begins here (after ---); one per file is read",
    );
  }
  // One slip makes the parser stumble over everything after it; the first few places are the ones to mend.
  for (const error of [...document.errors.slice(0, MAX_SYNTAX_ERRORS), ...document.warnings]) {
    const { line, col } = lines.linePos(error.pos[0]);
    problems.add({ ...at, line, column: col }, yamlMessage(error));
  }
  const reading: Reading = { file: source.file, document, lines, problems, budget: { nodes: MAX_NODES } };
  return new DocumentNode(reading, document.contents, { field: "", offset: 0 });
}

function yamlMessage(error: YAMLError): string {
  const oneLine = error.message.replaceAll("\n", " ");
  const message = oneLine.length > 160 ? `${oneLine.slice(0, 157)}...` : oneLine;
  switch (error.code) {
    case "TAB_AS_INDENT":
      return "not valid YAML: a tab indents this line; use spaces";
    case "TAG_RESOLVE_FAILED":
      return `not read: ${message}; write the value without a tag`;
    default:
      return `not valid YAML: ${message}`;
  }
}
