import type { Detector } from "../detector.js";

export interface VendorNamed {
  /** Last part of the id. */
  readonly name: string;
  readonly entity: string;
  /** Names of the vendor in small letters, alternatives without a group. */
  readonly words: string;
  /** The value, which any hash or id could be, too. */
  readonly value: string;
  readonly example: string;
  readonly source: string;
}

/** The rest of the name: `datadogApiKey`, `DATADOG_API_KEY`, `datadog.key`, but not a longer word. */
const REST_OF_NAME =
  "(?:token|key|secret|api|client|auth|access|pat|id){0,2}(?:[A-Z0-9_.-][A-Za-z0-9_.-]{0,32})?";
/** The signs of an assignment, or a declared type before them. */
const ASSIGNED = "(?: (?:string|str|String|is|was))?[\\s\"'`=:>|?,.()\\[\\]+]{1,12}";

/** A row for a value that only the name before it tells from a hash or an id. */
export function vendorNamed(row: VendorNamed): Detector {
  const { name, entity, words, value, example, source } = row;
  const spokenName = spoken(words);
  return {
    id: `secrets/named/${name}`,
    entity,
    pattern: `(?<![A-Za-z])(?:${spellings(words)})${REST_OF_NAME}${ASSIGNED}(${anyCase(value)})(?![A-Za-z0-9_-])`,
    validator: "vendor-value",
    specificity: 70,
    source,
    examples: [`${spokenName}_token = "${example}"`, `${spokenName.toUpperCase()}_KEY='${example}'`],
    counterExamples: [`${spokenName} is a service`, `checksum = "${example.slice(0, 6)}"`],
  };
}

/** Small letters, capitals, and each word begun with a capital. */
function spellings(words: string): string {
  const titled = words.replace(
    /(^|\||\[_-\]\?|[_-])([a-z])/g,
    (_, before: string, letter: string) => before + letter.toUpperCase(),
  );
  return [...new Set([words, words.toUpperCase(), titled])].join("|");
}

function anyCase(value: string): string {
  return value.includes("A-Z") ? value : value.replaceAll("a-z", "A-Za-z").replaceAll("a-f", "A-Fa-f");
}

/** The first of the words as somebody would write it. */
function spoken(words: string): string {
  const plain = words.replace(/\(\?:[^)]*\)\??/g, "").replaceAll("[_-]?", "_");
  return plain.split("|")[0] ?? plain;
}
