import assert from "node:assert/strict";
import { test } from "node:test";
import { Masking } from "../../../src/masking/masking.js";
import { PseudonymTable } from "../../../src/masking/pseudonyms.js";
import { type ImportedRules, importers } from "../../../src/patterns/importers/index.js";
import { importPresidio } from "../../../src/patterns/importers/presidio.js";
import { validators } from "../../../src/patterns/validators/index.js";

const SCOPE = { hashKey: new Uint8Array(32), pseudonyms: new PseudonymTable() };

function importing(yaml: string): ImportedRules {
  return importPresidio(yaml, { file: "recognizers.yaml" });
}

function masked({ detectors }: ImportedRules, text: string): string {
  const masking = Masking.create({ detectors, validators, encoded: false });
  return masking.plan([{ entities: ["pii/*"], action: "mask" }]).maskWhole(text, SCOPE).text;
}

const ZIP = `
recognizers:
  - name: Zip code recognizer
    supported_entity: ZIP
    supported_languages: [{ language: en, context: [zip] }, de]
    patterns:
      - { name: weak, regex: '(\\b\\d{5}(?:\\-\\d{4})?\\b)', score: 0.01 }
      - { name: marked, regex: 'zip-\\d{5}', score: 0.8 }
    context: [zip, code]
  - name: Titles
    supported_entity: TITLE
    deny_list: [Mr., Mrs., "Dr."]
`;

test("asks for a context word where the score says that a pattern is weak", () => {
  const rules = importing(ZIP);
  assert.equal(masked(rules, "10115 rows"), "10115 rows");
  assert.equal(masked(rules, "my zip is 10115-1234"), "my zip is <ZIP_VALUE>");
  assert.equal(masked(rules, "ZIP-10115"), "<ZIP_VALUE>", "Presidio ignores case");
});

test("masks the words of a deny list and nothing that holds them", () => {
  const rules = importing(ZIP);
  assert.equal(masked(rules, "Ask Mrs. Smith or Dr. No"), "Ask <TITLE_VALUE> Smith or <TITLE_VALUE> No");
  assert.equal(masked(rules, "aMr.x"), "aMr.x");
});

test("reads a single recognizer, too", () => {
  const rules = importing(
    "name: A\nsupported_entity: ROCKET_ID\npatterns: [{ name: p, regex: 'R-\\d{4}', score: 0.5 }]",
  );
  assert.equal(masked(rules, "see R-1234"), "see <ROCKET_ID>");
});

test("refuses by name code of Presidio, weak patterns without words, and what a stream cannot decide", () => {
  const { refused } = importing(`
recognizers:
  - CreditCardRecognizer
  - { name: IbanRecognizer, type: predefined }
  - { name: Off, enabled: false, supported_entity: A_B, patterns: [{ name: p, regex: x, score: 1 }] }
  - { name: Weak, supported_entity: A_B, patterns: [{ name: p, regex: '\\d{5}', score: 0.1 }] }
  - { name: Back, supported_entity: A_B, patterns: [{ name: p, regex: '(a)\\1', score: 0.9 }] }
`);
  assert.deepEqual(
    refused.map(({ rule }) => rule),
    ["CreditCardRecognizer", "IbanRecognizer", "Weak, pattern p", "Back, pattern p"],
  );
  assert.match(refused[2]?.reason ?? "", /context words/);
  assert.match(refused[3]?.reason ?? "", /refers back/);
});

test("names file, line and field of what is wrong", () => {
  assert.throws(() => importing("recognizers: [\n"), /recognizers\.yaml:\d+:\d+: /);
  assert.throws(() => importing("recognizers: 3"), /recognizers\.yaml: recognizers: must be a list/);
  assert.throws(() => importing("a: 1"), /no recognizers/);
  assert.throws(
    () => importing("recognizers: [{ name: A, supported_entity: A_B, patterns: [{ name: p }] }]"),
    /recognizers\[0\]\.patterns\[0\]\.regex: every pattern needs a regex/,
  );
});

test("importers are known by the names that the configuration uses", () => {
  assert.deepEqual([...importers.keys()], ["gitleaks", "presidio"]);
});
