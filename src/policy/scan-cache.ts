import { createHash } from "node:crypto";
import type { PromptScan, PromptScanner, ScanRule } from "./scanner.js";

/** Sets of rules that are kept ready; callers differ in the policies that apply to them, not much else. */
const MAX_SCANS = 64;
const MAX_CONTENTS = 10_000;

/** Compiled scans by the rules they look for, the least recently used dropped first. */
export class ScanCache {
  readonly #scanner: PromptScanner;
  readonly #scans = new Map<string, PromptScan>();
  /** Rules live as long as their policy set, so they are known by identity and read in full only once. */
  readonly #numbers = new WeakMap<ScanRule, number>();
  /** By what they look for: a reload brings most rules again, and their scans with them. */
  readonly #contents = new Map<string, number>();
  #rules = 0;

  constructor(scanner: PromptScanner) {
    this.#scanner = scanner;
  }

  get(rules: readonly ScanRule[]): PromptScan {
    const key = rules.map((rule) => this.#numberOf(rule)).join();
    const scan = this.#scans.get(key) ?? this.#scanner.compile(rules);
    this.#scans.delete(key);
    this.#scans.set(key, scan);
    const [oldest] = this.#scans.keys();
    if (this.#scans.size > MAX_SCANS && oldest !== undefined) this.#scans.delete(oldest);
    return scan;
  }

  #numberOf(rule: ScanRule): number {
    let number = this.#numbers.get(rule);
    if (number === undefined) {
      number = this.#numberOfContent(createHash("sha256").update(JSON.stringify(rule)).digest("base64"));
      this.#numbers.set(rule, number);
    }
    return number;
  }

  #numberOfContent(hash: string): number {
    const known = this.#contents.get(hash);
    if (known !== undefined) return known;
    if (this.#contents.size >= MAX_CONTENTS) this.#contents.clear();
    this.#contents.set(hash, ++this.#rules);
    return this.#rules;
  }
}
