import assert from "node:assert/strict";
import { test } from "node:test";
import { translatePattern, UntranslatablePattern } from "../../../src/patterns/importers/foreign-pattern.js";

const go = (pattern: string, keepGroup = 0): string =>
  translatePattern(pattern, { dialect: "go", keepGroup });
const python = (pattern: string, flags = ""): string =>
  translatePattern(pattern, { dialect: "python", keepGroup: 0, flags });

test("writes case-insensitive parts out as classes, and only those", () => {
  assert.equal(go("(?i)a1"), "[aA]1");
  assert.equal(go("x(?i:ab)c"), "x(?:[aA][bB])c");
  assert.equal(go("(?i)a(?-i:b)c"), "[aA](?:b)[cC]");
  assert.equal(go("(?i)[a-f0]"), "[a-fA-F0]");
  assert.equal(go("a(?i)b|c"), "a[bB]|[cC]");
});

test("gives dot, caret and dollar the meaning of their flags", () => {
  assert.equal(go("."), "[^\\n]");
  assert.equal(go("(?s)."), "[\\s\\S]");
  assert.equal(go("(?m)^a$"), "(?<=^|\\n)a(?=$|\\n)");
  assert.equal(go("\\Aa\\z"), "^a$");
  assert.equal(python("^a$", "ims"), "(?<=^|\\n)[aA](?=$|\\n)");
});

test("knows the classes and escapes of RE2", () => {
  assert.equal(go("[[:alnum:]_]"), "[0-9A-Za-z_]");
  assert.equal(go("[\\x60'\"]"), "[`'\"]");
  assert.equal(go("\\x{41}\\Qa.b\\E"), "Aa\\.b");
  assert.equal(go("[]a]"), "[\\]a]");
  assert.equal(go("[a\\-z]"), "[a\\-z]");
  assert.equal(go("a{2,3}?b+?"), "a{2,3}b+");
});

test("keeps the number of one group and drops the others", () => {
  assert.equal(go("(a)(?P<name>b)(c)", 2), "(?:a)(b)(?:c)");
  assert.equal(python("(?P<x>a)(?#said)b"), "(?:a)(?:)b");
  assert.equal(python("a++(?>b)x{,3}"), "a+(?:b)x{0,3}");
});

test("says what it cannot translate and where", () => {
  for (const pattern of ["(a)\\1", "(?P=x)", "(?x) a", "[a", "(a", "a)", "*a", "\\y", "[[:nope:]]", "a\\"]) {
    assert.throws(() => go(pattern), UntranslatablePattern, pattern);
  }
  assert.throws(() => go("ab(c)\\1"), /at character 6/);
});
