import { SluiceError } from "../domain/errors.js";
import type { Detector } from "./detector.js";
import { compileRules, type RuleOptions, type RuleSet } from "./rule-set.js";

/** What all cached automata together may take, by default. */
const DEFAULT_CACHE_BYTES = 512 << 20;

/**
 * The detectors that are known, and the automata compiled from subsets of them. Subsets are cached
 * by their content and the least recently used go first once all of them pass `cacheBytes`.
 */
export class RuleCatalogue {
  readonly detectors: readonly Detector[];
  readonly #options: RuleOptions;
  readonly #cacheBytes: number;
  readonly #cache = new Map<string, RuleSet>();

  constructor(detectors: readonly Detector[], options: RuleOptions & { readonly totalCacheBytes?: number }) {
    this.detectors = detectors;
    this.#options = options;
    this.#cacheBytes = options.totalCacheBytes ?? DEFAULT_CACHE_BYTES;
  }

  /** Indexes of the detectors that a selection names: entities, detector ids, either with `*`. */
  indexesOf(selection: readonly string[]): readonly number[] {
    const chosen = new Set<number>();
    for (const pattern of selection) {
      const matches = matcher(pattern);
      let found = false;
      this.detectors.forEach((detector, index) => {
        if (!matches(detector.id) && !matches(detector.entity)) return;
        chosen.add(index);
        found = true;
      });
      if (!found) throw this.#unknown(pattern);
    }
    return [...chosen].sort((a, b) => a - b);
  }

  /**
   * The automaton of the detectors that a selection names.
   * @throws SluiceError `invalid_config` for a name that selects nothing, with the nearest names.
   */
  select(selection: readonly string[]): RuleSet {
    return this.compiled(this.indexesOf(selection));
  }

  /** The automaton of the detectors at `indexes`, which are in ascending order. */
  compiled(indexes: readonly number[]): RuleSet {
    const key = indexes.join();
    const cached = this.#cache.get(key);
    if (cached !== undefined) {
      this.#cache.delete(key);
      this.#cache.set(key, cached);
      return cached;
    }
    const rules = compileRules(
      indexes.flatMap((index) => this.detectors[index] ?? []),
      this.#options,
    );
    this.#cache.set(key, rules);
    this.#evict();
    return rules;
  }

  /** Streams that are open keep the rule set that they have. */
  #evict(): void {
    let bytes = 0;
    for (const rules of this.#cache.values()) bytes += rules.automaton.bytes;
    for (const [key, rules] of this.#cache) {
      if (bytes <= this.#cacheBytes || this.#cache.size === 1) return;
      bytes -= rules.automaton.bytes;
      this.#cache.delete(key);
    }
  }

  #unknown(pattern: string): SluiceError {
    const names = new Set(this.detectors.flatMap((detector) => [detector.entity, detector.id]));
    const near = [...names]
      .map((name) => ({ name, distance: editDistance(name.toLowerCase(), pattern.toLowerCase()) }))
      .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
      .slice(0, 3)
      .map(({ name }) => name);
    return new SluiceError(
      "invalid_config",
      `no detector or entity is called ${JSON.stringify(pattern)}; nearest: ${near.join(", ") || "none, the catalogue is empty"}.`,
    );
  }
}

function matcher(pattern: string): (name: string) => boolean {
  if (!pattern.includes("*")) return (name) => name === pattern;
  const parts = pattern.split("*");
  const head = parts[0] ?? "";
  const tail = parts.at(-1) ?? "";
  const inner = parts.slice(1, -1).filter((part) => part !== "");
  return (name) => {
    if (name.length < head.length + tail.length || !name.startsWith(head) || !name.endsWith(tail))
      return false;
    let at = head.length;
    for (const part of inner) {
      const found = name.indexOf(part, at);
      if (found < 0 || found + part.length > name.length - tail.length) return false;
      at = found + part.length;
    }
    return true;
  };
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
