import type { Detector } from "../detector.js";

export interface VendorNamed {
  /** Last part of the id. */
  readonly name: string;
  readonly entity: string;
  /** Names of the vendor, alternatives without a group. */
  readonly words: string;
  /** The value, which any hash or id could be, too. */
  readonly value: string;
  readonly example: string;
  readonly source: string;
}

/** What may stand between a name and its value: the rest of the name, then the signs of an assignment. */
const REST_OF_NAME = "[A-Za-z0-9_.-]{0,32}";
const ASSIGNED = "(?: (?:string|str|is|was))?[\\s\"'`=:>|?,.()\\[\\]+]{1,12}";

/** A row for a value that only the name before it tells from a hash or an id. */
export function vendorNamed(row: VendorNamed): Detector {
  const { name, entity, words, value, example, source } = row;
  const spokenName = spoken(words);
  return {
    id: `secrets/named/${name}`,
    entity,
    pattern: `(?<![A-Za-z])(?:${words})${REST_OF_NAME}${ASSIGNED}(${value})(?![A-Za-z0-9_-])`,
    ignoreCase: true,
    validator: "vendor-value",
    specificity: 70,
    source,
    examples: [`${spokenName}_token = "${example}"`, `"${spokenName}_key": '${example}'`],
    counterExamples: [`${spokenName} is a service`, `checksum = "${example.slice(0, 6)}"`],
  };
}

/** The first of the words as somebody would write it. */
function spoken(words: string): string {
  const plain = words.replace(/\(\?:[^)]*\)\??/g, "").replaceAll("[_-]?", "_");
  return plain.split("|")[0] ?? plain;
}
