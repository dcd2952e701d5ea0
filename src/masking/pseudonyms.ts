import { plainReading } from "../patterns/unescaper.js";

/** Pseudonyms of one conversation remembered at most, by default. */
const DEFAULT_LIMIT = 1000;
/** Values longer than this, UTF-16 units, are not kept for restoring. */
const MAX_VALUE_CHARS = 1024;

/**
 * The names given to values within one conversation: `<EMAIL_ADDRESS_1>`. Bounded; once full, new
 * values get the plain `<EMAIL_ADDRESS>`, which names nobody.
 */
export class PseudonymTable {
  readonly #limit: number;
  readonly #nonce: string;
  readonly #names = new Map<string, string>();
  readonly #values = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  /** @param options `nonce` goes into every name (`<EMAIL_ADDRESS_k3x9_1>`), so that a model cannot guess one. */
  constructor(options: { readonly limit?: number; readonly nonce?: string } = {}) {
    this.#limit = options.limit ?? DEFAULT_LIMIT;
    this.#nonce = options.nonce === undefined ? "" : `${options.nonce}_`;
  }

  get size(): number {
    return this.#names.size;
  }

  nameFor(label: string, text: string): string {
    const key = `${label}\0${plainReading(text, 1)}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    if (this.#names.size >= this.#limit || text.length > MAX_VALUE_CHARS) return `<${label}>`;
    const count = (this.#counts.get(label) ?? 0) + 1;
    this.#counts.set(label, count);
    const name = `<${label}_${this.#nonce}${count}>`;
    this.#names.set(key, name);
    this.#values.set(name, text);
    return name;
  }

  /** The value that a name stands for, as it was first written; undefined for what is no name. */
  valueOf(name: string): string | undefined {
    return this.#values.get(name);
  }
}
