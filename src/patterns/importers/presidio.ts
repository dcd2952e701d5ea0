import { LineCounter, parseDocument } from "yaml";
import { SluiceError } from "../../domain/errors.js";
import type { Detector } from "../detector.js";
import { foreignDetector } from "./foreign-detector.js";
import { ForeignFields } from "./foreign-fields.js";
import {
  entityOf,
  type ImportedRules,
  type ImportSource,
  idOf,
  MAX_FILE_CHARS,
  MAX_RULES,
  type RefusedRule,
} from "./imported.js";

/** Below this score a pattern says nothing without context words; as Presidio's documents advise. */
const WEAK_SCORE = 0.4;
/** Presidio compiles with DOTALL, MULTILINE and IGNORECASE unless `global_regex_flags` says otherwise. */
const DEFAULT_FLAGS = 26;
const CONTEXT_REACH = 60;

/**
 * Takes over the pattern recognisers of a Presidio YAML file
 * (https://microsoft.github.io/presidio/analyzer/recognizer_registry_provider/): patterns, deny lists and
 * context words before the match. Recognisers that are code (`type: predefined`) are refused with the name
 * of the entity to use instead, since the built-in catalogue has them.
 * @throws SluiceError `invalid_config` for a file that is not YAML or has fields of the wrong kind.
 */
export function importPresidio(text: string, source: ImportSource): ImportedRules {
  const root = new ForeignFields(parseYaml(text, source), "", source.file);
  const registry = root.table("recognizer_registry") ?? root;
  const flags = registry.number("global_regex_flags") ?? root.number("global_regex_flags") ?? DEFAULT_FLAGS;
  const importing = new PresidioImport(flags);
  const single = registry.text("supported_entity") !== undefined;
  const entries = single ? [registry] : registry.namesOrTables("recognizers");
  if (entries.length > MAX_RULES) throw root.wrong("recognizers", `has more than ${MAX_RULES} entries`);
  if (entries.length === 0) throw root.wrong("recognizers", "the file has no recognizers");
  for (const entry of entries) importing.take(entry);
  return importing.result();
}

function parseYaml(text: string, source: ImportSource): unknown {
  if (text.length > MAX_FILE_CHARS) {
    throw new SluiceError(
      "invalid_config",
      `${source.file}: the file has more than ${MAX_FILE_CHARS} characters.`,
    );
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw new SluiceError("invalid_config", `${source.file}:${line}:${col}: ${error.message}.`);
  }
  return document.toJS({ maxAliasCount: 50 });
}

class PresidioImport {
  readonly #flags: string;
  readonly #detectors: Detector[] = [];
  readonly #refused: RefusedRule[] = [];
  readonly #notes: string[] = [];
  readonly #ids = new Set<string>();

  constructor(flags: number) {
    this.#flags = `${(flags & 2) === 0 ? "" : "i"}${(flags & 8) === 0 ? "" : "m"}${(flags & 16) === 0 ? "" : "s"}`;
  }

  result(): ImportedRules {
    return { detectors: this.#detectors, validators: new Map(), refused: this.#refused, notes: this.#notes };
  }

  take(entry: string | ForeignFields): void {
    if (typeof entry === "string") {
      this.#refuse(
        entry,
        "it is code of Presidio; name the entity in a policy, the built-in catalogue has its patterns",
      );
      return;
    }
    const name = entry.text("name") ?? entry.text("supported_entity") ?? "unnamed";
    if (entry.has("enabled") && !entry.flag("enabled")) return;
    if (entry.text("type") === "predefined") {
      this.#refuse(
        name,
        "it is code of Presidio; name the entity in a policy, the built-in catalogue has its patterns",
      );
      return;
    }
    const entity = entry.text("supported_entity");
    if (entity === undefined) {
      this.#refuse(name, "it says no supported_entity");
      return;
    }
    this.#takePatterns(entry, { name, entity });
    this.#takeDenyList(entry, { name, entity });
  }

  #takePatterns(entry: ForeignFields, named: Named): void {
    const ofLanguages = entry
      .namesOrTables("supported_languages")
      .flatMap((language) => (typeof language === "string" ? [] : language.texts("context")));
    const context = [...new Set([...entry.texts("context"), ...ofLanguages])];
    for (const pattern of entry.tables("patterns")) {
      const regex = pattern.text("regex");
      const label = `${named.name}, pattern ${pattern.text("name") ?? "unnamed"}`;
      if (regex === undefined) throw pattern.wrong("regex", "every pattern needs a regex");
      const score = pattern.number("score") ?? 0.5;
      if (score < WEAK_SCORE && context.length === 0) {
        this.#refuse(
          label,
          `its score ${score} says that it is weak alone, and it has no context words; add some or raise it to ${WEAK_SCORE}`,
        );
        continue;
      }
      const weak = score < WEAK_SCORE ? { context, contextChars: CONTEXT_REACH } : {};
      if (context.length > 0) this.#noteContext(label, score);
      this.#add(label, named, { regex, specificity: Math.round(30 + 50 * score), weak });
    }
  }

  #noteContext(label: string, score: number): void {
    const text =
      score < WEAK_SCORE
        ? `one of its context words must stand within ${CONTEXT_REACH} characters before the match; words after it are not looked at`
        : "its context words only raise a score; it counts without them";
    this.#notes.push(`Presidio recognizer ${label}: ${text}.`);
  }

  #takeDenyList(entry: ForeignFields, named: Named): void {
    const words = entry.texts("deny_list");
    if (words.length === 0) return;
    const escaped = words.map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
    this.#add(`${named.name}, deny list`, named, {
      regex: `(?<![A-Za-z0-9_])(?:${escaped.join("|")})(?![A-Za-z0-9_])`,
      specificity: 60,
      weak: {},
    });
  }

  #add(
    label: string,
    named: Named,
    row: { readonly regex: string; readonly specificity: number; readonly weak: Partial<Detector> },
  ): void {
    const detector = {
      id: this.#freeId(`pii/presidio/${idOf(label)}`),
      entity: entityOf(named.entity, "VALUE"),
      specificity: row.specificity,
      source: `Presidio recognizer ${named.name}`,
      examples: [],
      counterExamples: [],
      ...row.weak,
    };
    // Presidio masks the whole match, whatever its groups.
    const outcome = foreignDetector(detector, row.regex, {
      dialect: "python",
      keepGroup: 0,
      flags: this.#flags,
    });
    if (outcome.kind === "refused") {
      this.#refuse(label, outcome.reason);
      return;
    }
    this.#detectors.push(outcome.detector);
    for (const note of outcome.notes) this.#notes.push(`Presidio recognizer ${label}: ${note}.`);
  }

  #freeId(id: string): string {
    let free = id;
    for (let count = 2; this.#ids.has(free); count++) free = `${id}-${count}`;
    this.#ids.add(free);
    return free;
  }

  #refuse(rule: string, reason: string): void {
    this.#refused.push({ rule, reason });
  }
}

interface Named {
  readonly name: string;
  readonly entity: string;
}
