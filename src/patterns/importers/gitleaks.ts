import { parse, TomlError } from "smol-toml";
import { SluiceError } from "../../domain/errors.js";
import type { Detector } from "../detector.js";
import type { Validator } from "../validators/index.js";
import { type AllowList, refuseAllowed } from "./allow-list.js";
import { foreignDetector } from "./foreign-detector.js";
import { ForeignFields } from "./foreign-fields.js";
import { UntranslatablePattern } from "./foreign-pattern.js";
import {
  entityOf,
  type ImportedRules,
  type ImportSource,
  idOf,
  MAX_FILE_CHARS,
  MAX_RULES,
  type RefusedRule,
} from "./imported.js";

const KEYWORD_REACH = 400;
const SPECIFICITY = 85;

/**
 * Takes over the rules of a gitleaks configuration (https://github.com/gitleaks/gitleaks#configuration).
 * Taken over: regex in Go syntax, secretGroup, entropy, keywords, allow-lists of words and of expressions
 * about the secret. What a stream cannot enforce is refused by name; what has no meaning for one (paths,
 * commits) is noted.
 * @throws SluiceError `invalid_config` for a file that is not TOML or has fields of the wrong kind.
 */
export function importGitleaks(text: string, source: ImportSource): ImportedRules {
  const root = new ForeignFields(parseToml(text, source), "", source.file);
  const rules = root.tables("rules");
  if (rules.length > MAX_RULES)
    throw root.wrong("rules", `has ${rules.length} rules, more than the ${MAX_RULES} allowed`);
  const importing = new GitleaksImport([...allowLists(root)].map(({ list }) => list));
  if (root.table("extend") !== undefined) {
    importing.note("extend", "other files and the default rules are not read; import those files, too");
  }
  const disabled = new Set(root.table("extend")?.texts("disabledRules") ?? []);
  for (const rule of rules) importing.take(rule, disabled);
  return importing.result();
}

function parseToml(text: string, source: ImportSource): unknown {
  if (text.length > MAX_FILE_CHARS) {
    throw new SluiceError(
      "invalid_config",
      `${source.file}: the file has more than ${MAX_FILE_CHARS} characters.`,
    );
  }
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split("\n")[0] ?? "unreadable";
    throw new SluiceError("invalid_config", `${source.file}:${error.line}:${error.column}: ${reason}.`);
  }
}

class GitleaksImport {
  readonly #detectors: Detector[] = [];
  readonly #validators = new Map<string, Validator>();
  readonly #refused: RefusedRule[] = [];
  readonly #notes: string[] = [];
  readonly #global: readonly AllowList[];
  readonly #ids = new Set<string>();

  constructor(global: readonly AllowList[]) {
    this.#global = global;
  }

  result(): ImportedRules {
    return {
      detectors: this.#detectors,
      validators: this.#validators,
      refused: this.#refused,
      notes: this.#notes,
    };
  }

  note(rule: string, text: string): void {
    this.#notes.push(`gitleaks rule ${rule}: ${text}.`);
  }

  take(rule: ForeignFields, disabled: ReadonlySet<string>): void {
    const name = rule.text("id");
    if (name === undefined || name === "") throw rule.wrong("id", "every rule needs an id");
    const id = idOf(name);
    if (this.#ids.has(id)) throw rule.wrong("id", `two rules are called ${JSON.stringify(name)}`);
    this.#ids.add(id);
    if (disabled.has(name)) return;
    const regex = rule.text("regex");
    if (regex === undefined || regex === "") {
      this.#refuse(name, "it looks at file names only; a stream has none");
      return;
    }
    this.#takeRegex(rule, { name, id, regex });
  }

  #takeRegex(
    rule: ForeignFields,
    named: { readonly name: string; readonly id: string; readonly regex: string },
  ): void {
    const { name, id, regex } = named;
    const entropy = rule.number("entropy");
    const context = this.#contextOf(rule, named);
    const validator = this.#allowedBy(rule, named);
    if (validator === null) return;
    const row = {
      id: `secrets/gitleaks/${id}`,
      entity: entityOf(name, "SECRET"),
      specificity: SPECIFICITY,
      source: rule.text("description") ?? "gitleaks configuration",
      examples: [],
      counterExamples: [],
      ...(entropy === undefined || entropy === 0 ? {} : { minEntropy: entropy }),
      ...(context === undefined ? {} : { context, contextChars: KEYWORD_REACH }),
      ...(validator === undefined ? {} : { validator }),
    };
    const group = rule.number("secretGroup") ?? 0;
    const outcome = foreignDetector(row, regex, { dialect: "go", keepGroup: group === 0 ? 1 : group });
    if (outcome.kind === "refused") {
      this.#refuse(name, outcome.reason);
      return;
    }
    this.#detectors.push(outcome.detector);
    for (const text of outcome.notes) this.note(name, text);
    if (rule.text("path") !== undefined)
      this.note(name, "its path is not looked at; it counts in every text");
  }

  /** Keywords that the expression does not hold itself: one of them must stand before the secret. */
  #contextOf(
    rule: ForeignFields,
    named: { readonly name: string; readonly regex: string },
  ): readonly string[] | undefined {
    const keywords = rule.texts("keywords").map((word) => word.toLowerCase());
    const lower = named.regex.toLowerCase().replace(/\\(.)/g, "$1");
    const held = keywords.some((word) => lower.includes(word));
    if (keywords.length === 0 || held || hasLiteral(named.regex)) return undefined;
    this.note(
      named.name,
      `one of its keywords (${keywords.join(", ")}) must stand within ${KEYWORD_REACH} characters before the secret`,
    );
    return keywords;
  }

  /** Name of the validator of its allow-lists; undefined for none, null when the rule was refused. */
  #allowedBy(
    rule: ForeignFields,
    named: { readonly name: string; readonly id: string },
  ): string | undefined | null {
    const lists: AllowList[] = [...this.#global];
    for (const { list, unused } of allowLists(rule)) {
      if (list !== EMPTY) lists.push(list);
      for (const text of unused) this.note(named.name, text);
    }
    const used = lists.filter((list) => list.regexes.length + list.stopwords.length > 0);
    if (used.length === 0) return undefined;
    const validator = `gitleaks/${named.id}`;
    try {
      this.#validators.set(validator, refuseAllowed(used, named.id));
      return validator;
    } catch (error) {
      if (!(error instanceof UntranslatablePattern) && !(error instanceof SluiceError)) throw error;
      this.note(named.name, `its allow-list is not looked at, so that it finds more: ${error.message}`);
      return undefined;
    }
  }

  #refuse(rule: string, reason: string): void {
    this.#refused.push({ rule, reason });
  }
}

/** Whether the expression asks for three plain characters in a row, so that it is no mere shape. */
function hasLiteral(regex: string): boolean {
  const plain = regex.replace(/\\[a-zA-Z]|\[[^\]]*\]|\{[^}]*\}|\(\?[imsU-]*:?/g, " ");
  return /[A-Za-z0-9_-]{3,}/.test(plain);
}

const EMPTY: AllowList = { regexes: [], stopwords: [] };

interface ReadAllowList {
  readonly list: AllowList;
  readonly unused: readonly string[];
}

/** Both spellings: `[allowlist]` of earlier versions and `[[allowlists]]`. */
function* allowLists(table: ForeignFields): Generator<ReadAllowList> {
  const old = table.table("allowlist");
  const all = [...(old === undefined ? [] : [old]), ...table.tables("allowlists")];
  for (const each of all) yield readAllowList(each);
}

/** What a stream cannot know (paths, commits, the line) makes a list unusable where all conditions must
 *  hold, and is left out where one is enough: either way more is found, never less. */
function readAllowList(table: ForeignFields): ReadAllowList {
  const unused: string[] = [];
  const target = table.text("regexTarget") ?? "secret";
  const regexes = table.texts("regexes");
  const stopwords = table.texts("stopwords");
  const hasPlaces = table.texts("paths").length + table.texts("commits").length > 0;
  const onSecret = target === "secret" || regexes.length === 0;
  if (hasPlaces) unused.push("paths and commits of its allow-list are not looked at");
  if (!onSecret)
    unused.push(`its allow-list looks at the ${target}, which a stream has sent already; it is not used`);
  const needsAll = (table.text("condition") ?? "OR").toUpperCase() === "AND";
  const kinds = [regexes.length > 0, stopwords.length > 0, hasPlaces].filter(Boolean).length;
  if (needsAll && kinds > 1) {
    unused.push("its allow-list holds only where all its conditions do; it is not used");
    return { list: EMPTY, unused };
  }
  return { list: { regexes: onSecret ? regexes : [], stopwords }, unused };
}
