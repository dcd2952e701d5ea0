import type { Pace } from "../domain/pace.js";

/** What one rule looks for in a prompt. Everything here was checked when the policy was loaded. */
export interface ScanRule {
  /** Names the rule in matches; unique among the rules of one scan. */
  readonly key: string;
  readonly patterns: readonly string[];
  /** Whole words and phrases; any white space in one stands for any run of white space. */
  readonly words: readonly string[];
  /** Entity names, detector ids and globs over them. */
  readonly entities: readonly string[];
  /** For patterns and words; entities follow their detectors. */
  readonly ignoreCase: boolean;
}

/** Where a rule matched: `[start, end)` in UTF-16 units of the scanned text. */
export interface ScanMatch {
  readonly rule: string;
  readonly start: number;
  readonly end: number;
}

/** A set of rules, ready to scan. */
export interface PromptScan {
  /**
   * Calls `found` for each match in the order in which they become certain; stops early when it
   * answers `enough`. Gives way to others as `pace` says.
   * Anything that it cannot scan to the end throws: the caller fails closed.
   */
  scan(text: string, found: (match: ScanMatch) => "more" | "enough", pace: Pace): Promise<void>;
}

/** The pattern engine as prompt rules need it. */
export interface PromptScanner {
  /** Why the rule could not be enforced as written, one message each; empty when it can. */
  problems(rule: ScanRule): readonly string[];
  compile(rules: readonly ScanRule[]): PromptScan;
}
