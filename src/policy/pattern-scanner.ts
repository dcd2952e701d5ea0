import { createHash } from "node:crypto";
import { quote } from "../documents/index.js";
import { asSluiceError } from "../domain/errors.js";
import type { Pace } from "../domain/pace.js";
import type { RuleCatalogue } from "../patterns/catalogue.js";
import { type TextRule, TextScanner } from "../patterns/text-scanner.js";
import { matchesGlob } from "./glob.js";
import type { PromptScan, PromptScanner, ScanMatch, ScanRule } from "./scanner.js";

/** The streaming automaton as prompt rules use it: whole texts, in slices, with yields between. */
export class PatternScanner implements PromptScanner {
  readonly #catalogue: RuleCatalogue;
  /** Rules that the engine took, by a hash of what they look for: a reload brings most of them again. */
  readonly #sound = new Set<string>();

  constructor(catalogue: RuleCatalogue) {
    this.#catalogue = catalogue;
  }

  problems(rule: ScanRule): readonly string[] {
    const all = textRules({ ...rule, key: "" });
    const name = createHash("sha256").update(JSON.stringify(all)).digest("base64");
    if (this.#sound.has(name)) return [];
    const found = this.#problemsOf(all);
    if (found.length === 0 && this.#sound.size < MAX_SOUND) this.#sound.add(name);
    return found;
  }

  #problemsOf(all: readonly TextRule[]): readonly string[] {
    // All at once first: most rules are right, and an automaton for each pattern is dear.
    if (all.length > 1 && refusal(all) === null) return [];
    return all.flatMap((one) => {
      const why = refusal([one]);
      const what = one.pattern === undefined ? "" : `${quote(one.pattern)}: `;
      return why === null ? [] : [`${what}${withoutOwner(why)}`];
    });
  }

  compile(rules: readonly ScanRule[]): PromptScan {
    const scans = [this.#texts(rules), this.#entities(rules)].filter((scan) => scan !== null);
    return {
      scan: async (text, found, pace) => {
        for (const scan of scans) if ((await run(scan, text, { found, pace })) === "enough") return;
      },
    };
  }

  #texts(rules: readonly ScanRule[]): Scan | null {
    const texts = rules.flatMap(textRules);
    if (texts.length === 0) return null;
    return { scanner: new TextScanner(texts), rulesOf: (id) => [id.slice(0, id.lastIndexOf(SEPARATOR))] };
  }

  /** One automaton for all entities; each detector's matches count for every rule that names it. */
  #entities(rules: readonly ScanRule[]): Scan | null {
    const naming = rules.filter(({ entities }) => entities.length > 0);
    if (naming.length === 0) return null;
    const owners = new Map<string, readonly string[]>();
    const selection = [...new Set(naming.flatMap(({ entities }) => entities))].sort();
    for (const { id, entity } of this.#catalogue.detectors) {
      const named = naming.filter(({ entities }) =>
        entities.some((selector) => matchesGlob(selector, id) || matchesGlob(selector, entity)),
      );
      owners.set(
        id,
        named.map(({ key }) => key),
      );
    }
    return {
      scanner: new TextScanner(this.#catalogue.select(selection)),
      rulesOf: (id) => owners.get(id) ?? [],
    };
  }
}

const MAX_SOUND = 10_000;

/** Why the engine does not take these rules; null: it does. */
function refusal(rules: readonly TextRule[]): string | null {
  try {
    new TextScanner(rules);
    return null;
  } catch (thrown) {
    return asSluiceError(thrown).message;
  }
}

interface Scan {
  readonly scanner: TextScanner;
  readonly rulesOf: (id: string) => readonly string[];
}

const SEPARATOR = "\n";

interface Listener {
  readonly found: (match: ScanMatch) => "more" | "enough";
  readonly pace: Pace;
}

async function run(scan: Scan, text: string, { found, pace }: Listener): Promise<"more" | "enough"> {
  for (const matches of scan.scanner.scan(text)) {
    for (const { rule: id, start, end } of matches) {
      for (const rule of scan.rulesOf(id)) if (found({ rule, start, end }) === "enough") return "enough";
    }
    if (pace.isDue) await pace.giveWay();
  }
  return "more";
}

/** One rule of the engine for each pattern, since the engine names the rule that it refuses. */
function textRules({ key, patterns, words, ignoreCase }: ScanRule): readonly TextRule[] {
  const rules = patterns.map((pattern): TextRule => ({ id: "", pattern, ignoreCase }));
  if (words.length > 0) rules.push({ id: "", words, ignoreCase });
  return rules.map((rule, index) => ({ ...rule, id: `${key}${SEPARATOR}${index}` }));
}

/** The engine speaks of detectors; here the place in the policy file already says which rule it is. */
function withoutOwner(message: string): string {
  return message.replace(/^(?:detector|rule) [^:]*: /, "").replace(/\.$/, "");
}
