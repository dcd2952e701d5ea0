import { SluiceError } from "../domain/errors.js";

/** Where something stands in a document that a person wrote. */
export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** The field as a path from the root, for example `policies[0].who.groups`; empty for the root. */
  readonly field: string;
}

/** One thing that is wrong with a document. */
export interface Problem extends Place {
  /** What is wrong, and what would be allowed. One line. */
  readonly message: string;
}

/** `file:line:column: field: what is wrong, what is allowed`. */
export function formatProblem(problem: Problem): string {
  const field = problem.field === "" ? "" : `${problem.field}: `;
  return `${problem.file}:${problem.line}:${problem.column}: ${field}${problem.message}`;
}

/** More than these are counted, not kept: a broken file shall not flood a terminal. */
const MAX_PROBLEMS = 50;

/** Collects what is wrong with a document, so that one run names everything. */
export class Problems {
  readonly #found: Problem[] = [];
  #more = 0;

  get count(): number {
    return this.#found.length + this.#more;
  }

  get found(): readonly Problem[] {
    return this.#found;
  }

  add(place: Place, message: string): void {
    if (this.#found.length >= MAX_PROBLEMS) {
      this.#more++;
      return;
    }
    const { file, line, column, field } = place;
    this.#found.push({ file, line, column, field, message });
  }

  /** @throws SluiceError `invalid_config`, one line per problem in the order of the document. */
  throwIfAny(): void {
    if (this.count === 0) return;
    const lines = inOrder(this.#found).map(formatProblem);
    if (this.#more > 0) lines.push(`... and ${this.#more} more`);
    const first = inOrder(this.#found)[0];
    throw new SluiceError("invalid_config", lines.join("\n"), first?.field ? { field: first.field } : {});
  }
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}
