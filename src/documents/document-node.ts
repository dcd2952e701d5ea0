import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
  YAMLMap,
} from "yaml";
import { quote } from "./near-name.js";
import type { Place, Problems } from "./problem.js";

/** What one document's nodes share while it is read. */
export interface Reading {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
  readonly problems: Problems;
  /** Nodes that may still be visited: aliases of aliases multiply, and this bounds them. */
  readonly budget: { nodes: number };
}

export interface Entry {
  readonly key: string;
  /** The place of the key itself. */
  readonly keyNode: DocumentNode;
  readonly value: DocumentNode;
}

export type NodeKind = "map" | "list" | "text" | "number" | "boolean" | "null" | "other";

/** One value of a document together with the place where it stands. */
export class DocumentNode implements Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly field: string;
  readonly #reading: Reading;
  readonly #node: Node | null;

  /** @param offset where to point when the value itself is missing (`key:` with nothing after it). */
  constructor(reading: Reading, node: Node | null, at: { readonly field: string; readonly offset: number }) {
    this.#reading = reading;
    this.#node = isAlias(node) ? (node.resolve(reading.document) ?? null) : node;
    this.file = reading.file;
    this.field = at.field;
    const { line, col } = reading.lines.linePos(node?.range?.[0] ?? at.offset);
    this.line = Math.max(1, line);
    this.column = Math.max(1, col);
    if (--reading.budget.nodes === 0)
      this.report("the document has too many values once its aliases are followed");
  }

  get kind(): NodeKind {
    const node = this.#node;
    if (node === null) return "null";
    if (isMap(node)) return "map";
    if (isSeq(node)) return "list";
    if (!isScalar(node)) return "other";
    switch (typeof node.value) {
      case "string":
        return "text";
      case "number":
        return "number";
      case "boolean":
        return "boolean";
      default:
        return node.value === null ? "null" : "other";
    }
  }

  /** The scalar's value; undefined for maps and lists. */
  get scalar(): string | number | boolean | null | undefined {
    if (this.#node === null) return null;
    const value: unknown = isScalar(this.#node) ? this.#node.value : undefined;
    return typeof value === "string" ||
      typeof value === "number" ||
      typeof value === "boolean" ||
      value === null
      ? value
      : undefined;
  }

  /** The value as its author wrote it, for messages. */
  get written(): string {
    const kind = this.kind;
    if (kind === "map" || kind === "list") return `a ${kind}`;
    if (kind === "null") return "nothing";
    const source: unknown = isScalar(this.#node) ? (this.#node.source ?? this.#node.value) : "this";
    return quote(String(source));
  }

  /** The elements of a list; empty for anything else. */
  items(): readonly DocumentNode[] {
    if (!isSeq(this.#node) || this.#exhausted()) return [];
    return this.#node.items.map((item, index) => this.#child(item, `[${index}]`));
  }

  /** The entries of a map, in order. Keys that are not text, or stand twice, are reported and left out. */
  entries(): readonly Entry[] {
    if (!isMap(this.#node) || this.#exhausted()) return [];
    const seen = new Map<string, number>();
    const entries: Entry[] = [];
    for (const pair of this.#node.items) {
      const entry = this.#entry(pair, seen);
      if (entry !== null) entries.push(entry);
    }
    return entries;
  }

  /** The same map with only some of its keys; the rest belongs to somebody else. */
  only(keys: readonly string[]): DocumentNode {
    if (!isMap(this.#node)) return this;
    const part = new YAMLMap();
    part.range = this.#node.range ?? null;
    part.items = this.#node.items.filter(
      ({ key }) => isScalar(key) && keys.some((each) => each === key.value),
    );
    return new DocumentNode(this.#reading, part, { field: this.field, offset: 0 });
  }

  report(message: string): void {
    this.#reading.problems.add(this, message);
  }

  #entry(pair: Pair, seen: Map<string, number>): Entry | null {
    const keyNode = this.#child(pair.key, "");
    const key = keyNode.scalar;
    if (typeof key !== "string") {
      keyNode.report(`keys must be text, this is ${keyNode.written}; put it in quotes`);
      return null;
    }
    if (key === "<<") {
      keyNode.report('merge keys ("<<") are not read; write the fields out, or put an alias on a value');
      return null;
    }
    const first = seen.get(key);
    if (first !== undefined) {
      keyNode.report(`the key ${quote(key)} stands twice, first on line ${first}; keep one`);
      return null;
    }
    seen.set(key, keyNode.line);
    return { key, keyNode, value: this.#child(pair.value, step(this.field, key), pair.key) };
  }

  #child(node: unknown, step: string, before?: unknown): DocumentNode {
    const own = isNode(node) ? node : null;
    const fallback = isNode(before) ? (before.range?.[1] ?? 0) : (this.#node?.range?.[0] ?? 0);
    const field = step.startsWith("[") || step === "" ? this.field + step : step;
    return new DocumentNode(this.#reading, own, { field, offset: fallback });
  }

  #exhausted(): boolean {
    return this.#reading.budget.nodes <= 0;
  }
}

function step(field: string, key: string): string {
  return field === "" ? key : `${field}.${key}`;
}

function isNode(node: unknown): node is Node {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node);
}
