import assert from "node:assert/strict";
import { test } from "node:test";
import { oneOfKeys, oneOrMore } from "../../src/documents/alternatives.js";
import { list, optional, record, required, table, withDefault } from "../../src/documents/collections.js";
import { readDocument } from "../../src/documents/read-document.js";
import {
  boolean,
  byteSize,
  choice,
  duration,
  integer,
  spelledOut,
  text,
} from "../../src/documents/scalars.js";
import { placed, type Shape } from "../../src/documents/shape.js";
import { SluiceError } from "../../src/domain/errors.js";

const group = text({ what: "a group" });
const shape = record({
  name: required(text({ what: "a name", nameWith: "-_" }), "Name."),
  groups: optional(oneOrMore(group, list(group)), "Groups."),
  mode: withDefault(choice("enforce", "observe"), "enforce", "Mode."),
  size: optional(integer({ min: 1, max: 10 }), "Size."),
  on: optional(boolean(), "On."),
  everyone: optional(spelledOut("everyone"), "Everybody."),
  wait: optional(duration({ minMs: 1000, maxMs: 86_400_000 }), "Wait."),
  body: optional(byteSize({ min: 1, max: 1 << 20 }), "Body."),
  words: optional(table(text(), list(text())), "Words."),
  rules: optional(
    list(
      oneOfKeys(
        { id: required(placed(text()), "Id.") },
        { deny: text(), limit: integer({ min: 0, max: 9 }) },
        "a rule",
      ),
    ),
    "Rules.",
  ),
});

function refusal<T>(document: string, of: Shape<T>): readonly string[] {
  try {
    readDocument(document, { file: "p.yaml" }, of);
  } catch (thrown) {
    assert.ok(thrown instanceof SluiceError);
    assert.equal(thrown.code, "invalid_config");
    return thrown.message.split("\n");
  }
  return assert.fail("the document was accepted");
}

test("reads every kind of value", () => {
  const read = readDocument(
    "name: a-1\ngroups: x\nsize: 3\non: true\neveryone: true\nwait: 15m\nbody: 64KiB\nwords: { t: [a, b] }\nrules:\n  - { id: r, limit: 4 }\n",
    { file: "p.yaml" },
    shape,
  );
  assert.equal(read.name, "a-1");
  assert.deepEqual(read.groups, ["x"]);
  assert.equal(read.mode, "enforce");
  assert.equal(read.wait, 900_000);
  assert.equal(read.body, 65_536);
  assert.deepEqual(read.words?.get("t"), ["a", "b"]);
  const [rule] = read.rules ?? [];
  assert.equal(rule?.kind, "limit");
  assert.equal(rule?.spec, 4);
  assert.equal(rule?.id.value, "r");
  assert.equal(rule?.id.at.line, 10);
  assert.equal(rule?.id.at.field, "rules[0].id");
});

const REFUSED: readonly (readonly [string, string, string])[] = [
  [
    "an unknown key, with the near name",
    "name: a\nmoed: observe",
    'p.yaml:2:1: the key "moed" is not known here; did you mean "mode"? allowed: name, groups, mode,',
  ],
  [
    "a key that stands twice",
    "name: a\nmode: observe\nname: b",
    'p.yaml:3:1: the key "name" stands twice, first on line 1; keep one',
  ],
  ["a missing field", "mode: observe", 'p.yaml:1:1: "name" is missing; it is a name'],
  [
    "a word that is not of the set",
    "name: a\nmode: enforced",
    'p.yaml:2:7: mode: "enforced" is not known; did you mean "enforce"? allowed: enforce, observe',
  ],
  [
    "a number where text belongs",
    "name: 1e3",
    'p.yaml:1:7: name: expected a name, found the number "1e3"; put it in quotes if it is meant as text',
  ],
  ["nothing after a key", "name:\nmode: observe", "p.yaml:1:6: name: expected a name, found nothing"],
  [
    "a number out of its limits",
    "name: a\nsize: 11",
    'p.yaml:2:7: size: expected a whole number from 1 to 10, found "11"',
  ],
  ["a fraction", "name: a\nsize: 1.5", 'p.yaml:2:7: size: expected a whole number from 1 to 10, found "1.5"'],
  ["yes for true", "name: a\non: yes", 'p.yaml:2:5: on: expected true or false, found "yes"'],
  [
    "false where a thing must be spelled out",
    "name: a\neveryone: false",
    "p.yaml:2:11: everyone: everyone: only `true` may stand here, or leave it out",
  ],
  [
    "a time without its unit",
    "name: a\nwait: 30",
    'p.yaml:2:7: wait: expected a time from 1s to 1d with its unit (ms, s, m, h, d), found "30"',
  ],
  [
    "a size out of its limits",
    "name: a\nbody: 2MiB",
    'p.yaml:2:7: body: expected a size from 1B to 1MiB with its unit (B, KiB, MiB, GiB, TiB), found "2MiB"',
  ],
  [
    "a character that a name may not hold",
    'name: "a b"',
    'p.yaml:1:7: name: "a b" holds " "; a name has letters, digits and - _',
  ],
  [
    "an empty list",
    "name: a\ngroups: []",
    "p.yaml:2:9: groups: expected 1 to 1000 elements, not 0, found a list",
  ],
  [
    "two kinds in one rule",
    "name: a\nrules:\n  - id: r\n    deny: x\n    limit: 3",
    "p.yaml:5:5: rules[0]: deny and limit stand together; write one of them (a rule each)",
  ],
  [
    "no kind in a rule",
    "name: a\nrules:\n  - id: r",
    "p.yaml:3:5: rules[0]: expected a rule with one of deny, limit, none is there",
  ],
  ["a key that is not text", "name: a\n1: x", 'p.yaml:2:1: keys must be text, this is "1"; put it in quotes'],
  [
    "merge keys",
    "name: a\n<<: {}",
    'p.yaml:2:1: merge keys ("<<") are not read; write the fields out, or put an alias on a value',
  ],
  [
    "an unknown tag",
    "name: !env a",
    "p.yaml:1:7: not read: Unresolved tag: !env; write the value without a tag",
  ],
  [
    "a tab that indents",
    "name: a\nwords:\n\tt: [a]",
    "p.yaml:3:1: not valid YAML: a tab indents this line; use spaces",
  ],
  [
    "a second document",
    "name: a\n---\nname: b",
    "p.yaml:2:1: a second document begins here (after ---); one per file is read",
  ],
  ["an empty document", "", "p.yaml:1:1: the document is empty"],
  ["an alias without its anchor", "name: *x", "p.yaml:1:7: "],
  [
    "block nesting that would abort the process",
    `name: a\nx: \n${"- ".repeat(3000)}a`,
    "p.yaml:3:1: the document is nested too deeply here; at most 64 levels are read",
  ],
  [
    "flow nesting that would abort the process",
    `name: a\nx: ${"[".repeat(10_000)}${"]".repeat(10_000)}`,
    "p.yaml:2:1: the document is nested too deeply here",
  ],
];
for (const [fact, document, message] of REFUSED) {
  test(`refuses ${fact}`, () => {
    const [first = ""] = refusal(document, shape);
    assert.ok(first.startsWith(message), `got ${first}\nnot ${message}`);
  });
}

test("names every problem of a document in one go, in the order of its lines", () => {
  const lines = refusal("nam: a\nsize: 0\nmode: x\n", shape);
  assert.equal(lines.length, 4);
  assert.match(lines[0] ?? "", /^p\.yaml:1:1: /);
  assert.match(lines.at(-1) ?? "", /^p\.yaml:3:7: /);
});

test("refuses aliases that multiply beyond the limit, fast", () => {
  let document = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (let level = 1; level < 12; level++) {
    document += `a${level}: &a${level} [${Array(10)
      .fill(`*a${level - 1}`)
      .join(", ")}]\n`;
  }
  const nested: Shape<unknown> = {
    expects: "lists",
    schema: () => ({}),
    read: (node) => list(nested, { min: 0 }).read(node),
  };
  const leaf = {
    ...nested,
    read: (node: Parameters<typeof nested.read>[0]) => (node.kind === "text" ? "" : nested.read(node)),
  };
  const deep: Shape<unknown> = {
    ...leaf,
    read: (node) => (node.kind === "text" ? "" : list(deep, { min: 0 }).read(node)),
  };
  const startedMs = Date.now();
  const lines = refusal(document, table(text(), deep));
  assert.ok(lines.some((line) => line.includes("too many values once its aliases are followed")));
  assert.ok(Date.now() - startedMs < 3000);
});

test("refuses a document over its size", () => {
  const tight = () => readDocument("name: aaaaaaaaaaaaaaaaaaaa", { file: "p.yaml", maxLength: 10 }, shape);
  assert.throws(tight, /p\.yaml:1:1: the document has 26 characters, more than the 10 allowed/);
});

test("reads JSON, since it is YAML", () => {
  assert.equal(readDocument('{"name": "a", "size": 2}', { file: "p.json" }, shape).size, 2);
});
