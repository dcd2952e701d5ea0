import { visibleLine } from "../output.js";
import type { Step } from "./explanation.js";

export interface ExplanationParts {
  /** `connection/model`, or the model alone. */
  readonly target: string;
  readonly effect: string;
  /** What a denied caller is told; empty otherwise. */
  readonly message: string;
  readonly steps: readonly Step[];
  /** `name: value` lines: limits, rates, obligations. */
  readonly facts: readonly (readonly [string, string])[];
}

/** One resolution for people: the outcome, then every policy and rule with why and why not. */
export function explanationText({ target, effect, message, steps, facts }: ExplanationParts): string {
  const said = message === "" ? "" : `: ${JSON.stringify(visibleLine(message))}`;
  const lines = [`${visibleLine(target)}  ${effect.toUpperCase()}${said}`];
  for (const { policy, rule, applied, effect: what, why } of steps) {
    const mark = applied ? "+" : "-";
    const name = rule === null ? `${mark} ${policy}` : `    ${mark} ${rule}`;
    const outcome = rule !== null && what !== "" ? ` ${what}` : "";
    lines.push(`  ${visibleLine(name)}${outcome}${why === "" ? "" : `  (${visibleLine(why)})`}`);
  }
  for (const [name, value] of facts) lines.push(`  ${name.padEnd(9)} ${visibleLine(value)}`);
  return `${lines.join("\n")}\n`;
}
