import assert from "node:assert/strict";
import { test } from "node:test";
import { Masking } from "../../../src/masking/masking.js";
import { PseudonymTable } from "../../../src/masking/pseudonyms.js";
import { importGitleaks } from "../../../src/patterns/importers/gitleaks.js";
import type { ImportedRules } from "../../../src/patterns/importers/index.js";
import { validators } from "../../../src/patterns/validators/index.js";

const SCOPE = { hashKey: new Uint8Array(32), pseudonyms: new PseudonymTable() };

function importing(toml: string): ImportedRules {
  return importGitleaks(toml, { file: "rules.toml" });
}

function masked({ detectors, validators: further }: ImportedRules, text: string): string {
  const masking = Masking.create({
    detectors,
    validators: new Map([...validators, ...further]),
    encoded: false,
  });
  return masking.plan([{ entities: ["secrets/*"], action: "mask" }]).maskWhole(text, SCOPE).text;
}

const ACME = `
[[rules]]
id = "acme-token"
description = "An Acme token"
regex = '''(?i)\\bacme_([a-z0-9]{10})(?:[\\x60'"\\s;]|\\\\[nr]|$)'''
entropy = 2.0
keywords = ["acme_"]
`;

test("masks the group of a rule and leaves what stands around it", () => {
  assert.equal(masked(importing(ACME), 'key="ACME_q7zt3xw9rk"; x'), 'key="ACME_<ACME_TOKEN>"; x');
  assert.equal(
    masked(importing(ACME), 'key="acme_aaaaaaaaaa"'),
    'key="acme_aaaaaaaaaa"',
    "entropy is asked for",
  );
});

test("keeps the terminator out of the mask and looks one character ahead for it", () => {
  const rules = importing(ACME);
  assert.equal(masked(rules, "acme_q7zt3xw9rk\\n"), "acme_<ACME_TOKEN>\\n");
  assert.match(rules.notes.join("\n"), /acme-token: of what follows the secret one character/);
});

test("obeys allow-lists of words and expressions about the secret, of the rule and of the file", () => {
  const rules = importing(`
[[allowlists]]
stopwords = ["globalword"]
${ACME}
  [[rules.allowlists]]
  regexes = ['''^q7zt''']
`);
  assert.equal(masked(rules, "acme_q7zt3xw9rk"), "acme_q7zt3xw9rk");
  assert.equal(masked(rules, "acme_globalword"), "acme_globalword");
  assert.equal(masked(rules, "acme_z7qt3xw9rk"), "acme_<ACME_TOKEN>");
});

test("masks more, never less, where an allow-list asks for what a stream cannot know", () => {
  const rules = importing(`${ACME}
  [[rules.allowlists]]
  condition = "AND"
  regexes = ['''^q7zt''']
  paths = ['''test/''']
  [[rules.allowlists]]
  regexTarget = "line"
  regexes = ['''acme''']
`);
  assert.equal(masked(rules, "acme_q7zt3xw9rk"), "acme_<ACME_TOKEN>");
  assert.match(rules.notes.join("\n"), /holds only where all its conditions do/);
  assert.match(rules.notes.join("\n"), /looks at the line/);
});

test("asks for a keyword before the secret where the expression is a mere shape", () => {
  const rules = importing(`
[[rules]]
id = "shape-key"
regex = '''\\b([a-f0-9]{12})\\b'''
keywords = ["acme"]
`);
  assert.equal(masked(rules, "commit 0123456789ab"), "commit 0123456789ab");
  assert.equal(masked(rules, "acme id 0123456789ab"), "acme id <SHAPE_KEY>");
});

test("uses the group that secretGroup names", () => {
  const rules = importing(`
[[rules]]
id = "two-groups"
regex = '''acme(login|token)=([a-z0-9]{8})'''
secretGroup = 2
`);
  assert.equal(masked(rules, "acmetoken=q7zt3xw9"), "acmetoken=<TWO_GROUPS>");
});

test("masks the whole match where a group may be skipped or repeated", () => {
  const rules = importing(`
[[rules]]
id = "repeated-group"
regex = '''acme-([a-z0-9]{2}-){3}end'''
`);
  assert.equal(masked(rules, "x acme-a1-b2-c3-end"), "x <REPEATED_GROUP>");
});

test("refuses by name what a stream cannot enforce", () => {
  const { refused, detectors } = importing(`
[[rules]]
id = "path-only"
path = '''\\.pem$'''
[[rules]]
id = "look-around"
regex = '''a(?=bcd)efg'''
[[rules]]
id = "good-one"
regex = '''good_[a-z]{4}'''
`);
  assert.deepEqual(
    refused.map(({ rule }) => rule),
    ["path-only", "look-around"],
  );
  assert.match(refused[0]?.reason ?? "", /file names/);
  assert.match(refused[1]?.reason ?? "", /one character/);
  assert.deepEqual(
    detectors.map(({ id }) => id),
    ["secrets/gitleaks/good-one"],
  );
});

test("leaves out the rules that the file disables, and says that it does not read others", () => {
  const rules = importing(`[extend]\nuseDefault = true\ndisabledRules = ["acme-token"]\n${ACME}`);
  assert.equal(rules.detectors.length, 0);
  assert.match(rules.notes.join("\n"), /not read/);
});

test("names file, line and field of what is wrong", () => {
  assert.throws(() => importing("[[rules]\n"), /rules\.toml:1:\d+: /);
  assert.throws(() => importing("[[rules]]\nid = 1"), /rules\.toml: rules\[0\]\.id: must be a string/);
  assert.throws(() => importing("[[rules]]\nregex = 'a'"), /every rule needs an id/);
  assert.throws(() => importing(`${ACME}${ACME}`), /two rules are called "acme-token"/);
  assert.throws(() => importing("rules = 3"), /list of tables/);
});
