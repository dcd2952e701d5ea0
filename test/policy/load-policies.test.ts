import assert from "node:assert/strict";
import { test } from "node:test";
import { SluiceError } from "../../src/domain/errors.js";
import type { IssuerFacts, Surroundings } from "../../src/policy/surroundings.js";
import { load } from "./world.js";

function problems(text: string, surroundings: Partial<Surroundings> = {}): readonly string[] {
  try {
    load(text, surroundings);
  } catch (thrown) {
    assert.ok(thrown instanceof SluiceError);
    assert.equal(thrown.code, "invalid_config");
    return thrown.message.split("\n");
  }
  return assert.fail("the policies were accepted");
}

/** A policy `p` with more lines in it; line 4 is the first of them. */
const policy = (...lines: readonly string[]) =>
  ["policies:", "  - name: p", '    models: ["gpt-*"]', ...lines.map((line) => `    ${line}`)].join("\n");
const plain = ["who: { everyone: true }", "connections: [openai]"];
const withRule = (rule: string) => policy(...plain, `prompt: [ ${rule} ]`);

const REFUSED: readonly (readonly [string, string, string])[] = [
  [
    "an unknown key, with the near name",
    policy(...plain, "promt: []"),
    'policies.yaml:6:5: policies[0]: the key "promt" is not known here; did you mean "prompt"?',
  ],
  [
    "a policy for nobody",
    policy("who: {}", "connections: [openai]"),
    "policies.yaml:4:10: policies[0].who: it names nobody",
  ],
  [
    "a policy without who",
    policy("connections: [openai]"),
    'policies.yaml:2:5: policies[0]: "who" is missing',
  ],
  [
    "everyone beside a group",
    policy("who: { everyone: true, groups: [a] }", "connections: [openai]"),
    "policies.yaml:4:10: policies[0].who: everyone: true stands alone; groups would",
  ],
  [
    "an empty list of groups",
    policy("who: { groups: [] }", "connections: [openai]"),
    "policies.yaml:4:20: policies[0].who.groups: expected 1 to 1000 elements, not 0",
  ],
  [
    "a star in a group, which is compared exactly",
    policy('who: { groups: ["fin*"] }', "connections: [openai]"),
    "policies.yaml:4:21: policies[0].who.groups[0]: a group is compared exactly",
  ],
  [
    "an unknown connection, with the near name",
    policy(plain[0] ?? "", "connections: [opnai]"),
    'policies.yaml:5:19: policies[0].connections[0]: no connection is called "opnai"; did you mean "openai"? allowed: openai, claude',
  ],
  [
    "a model that no connection of the policy serves",
    policy(plain[0] ?? "", "connections: [claude]"),
    'policies.yaml:3:14: policies[0].models[0]: no connection of this policy serves a model that "gpt-*" names; they serve claude-*',
  ],
  [
    "an unknown topic",
    withRule("{ id: t, deny: { topic: earnigs } }"),
    'policies.yaml:6:39: policies[0].prompt[0].deny.topic: no topic is called "earnigs"; none is defined',
  ],
  [
    "an unknown entity",
    withRule("{ id: t, deny: { entities: [EMAIL] } }"),
    'policies.yaml:6:42: policies[0].prompt[0].deny.entities: no detector is called "EMAIL"; did you mean "EMAIL_ADDRESS"?',
  ],
  [
    "two kinds in one rule",
    withRule("{ id: t, deny: { words: [a] }, limit: { messages: 1 } }"),
    "policies.yaml:6:46: policies[0].prompt[0]: deny and limit stand together",
  ],
  [
    "two things to look for in one rule",
    withRule("{ id: t, deny: { words: [a], pattern: b } }"),
    "policies.yaml:6:44: policies[0].prompt[0].deny: words and pattern stand together",
  ],
  [
    "a rule without an id",
    withRule("{ deny: { words: [a] } }"),
    'policies.yaml:6:15: policies[0].prompt[0]: "id" is missing',
  ],
  [
    "an id that stands twice",
    withRule("{ id: t, deny: { words: [a] } }, { id: t, deny: { words: [b] } }"),
    'policies.yaml:6:54: policies[0].prompt[1].id: the id "t" stands twice in this policy, first on line 6',
  ],
  [
    "a limit of nothing",
    withRule("{ id: t, limit: {} }"),
    "policies.yaml:6:31: policies[0].prompt[0].limit: it limits nothing; allowed: promptTokens",
  ],
  [
    "a review without reviewers",
    withRule("{ id: t, review: { words: [a] } }"),
    'policies.yaml:6:32: policies[0].prompt[0].review: "reviewers" is missing',
  ],
  [
    "a reversible redaction that is no pseudonym",
    withRule("{ id: t, redact: { entities: [US_SSN], reversible: true, operator: redact } }"),
    "policies.yaml:6:32: policies[0].prompt[0].redact: only pseudonym can be reversed, not redact",
  ],
  [
    "restoring what is not reversible",
    withRule("{ id: t, redact: { entities: [US_SSN], restoreInUrls: true } }"),
    "policies.yaml:6:32: policies[0].prompt[0].redact: restoreInTools and restoreInUrls need `reversible: true`",
  ],
  [
    "a pattern that the engine refuses",
    withRule('{ id: t, deny: { pattern: "a(" } }'),
    'policies.yaml:6:41: policies[0].prompt[0].deny.pattern: the pattern "a(" cannot be read',
  ],
  [
    "a release without saying so",
    policy(...plain, "completion: [ { id: m, mask: { entities: [US_SSN] } } ]"),
    "policies.yaml:2:11: policies[0].name: its completion rules release unmasked: CREDIT_CARD, EMAIL_ADDRESS, GITHUB_TOKEN; mask or cut them",
  ],
  [
    "observing without saying so",
    policy(...plain, 'completion: [ { id: m, observe: { entities: ["*"] } } ]'),
    "policies.yaml:2:11: policies[0].name: its completion rules release unmasked: ",
  ],
  [
    "a feature that no front end carries",
    policy(...plain, "permit: [background]"),
    "policies.yaml:6:14: policies[0].permit[0]: no front end that is switched on carries background",
  ],
  [
    "a connection that serves none of the models",
    policy(plain[0] ?? "", "connections: [openai, claude]"),
    'policies.yaml:5:27: policies[0].connections[1]: "claude" serves none of this policy\'s models, so naming it has no effect; it serves claude-*',
  ],
  [
    "a feature that none of its connections takes",
    policy(plain[0] ?? "", "connections: [claude]", "permit: [audio]").replace("gpt-*", "claude-*"),
    "policies.yaml:6:14: policies[0].permit[0]: no connection of this policy takes audio; connections of these dialects do: openai, gemini",
  ],
  [
    "a permit of an observer",
    policy(...plain, "permit: [images]", "mode: observe"),
    "policies.yaml:2:5: policies[0]: mode observe never allows, so `permit` would have no effect",
  ],
  [
    "rates of nothing",
    policy(...plain, "rates: {}"),
    "policies.yaml:6:12: policies[0].rates: it limits nothing; allowed: requestsPerMinute",
  ],
  [
    "a time without its unit",
    withRule("{ id: t, review: { words: [a], reviewers: { groups: [g] }, expires: 30 } }"),
    "policies.yaml:6:83: policies[0].prompt[0].review.expires: expected a time from 1s to 30d with its unit (ms, s, m, h, d)",
  ],
  [
    "a policy name that stands twice",
    `${policy(...plain)}\n${policy(...plain)
      .split("\n")
      .slice(1)
      .join("\n")}`,
    'policies.yaml:6:11: policies[1].name: a policy "p" stands twice, first on line 2',
  ],
  [
    "the reserved name",
    policy(...plain).replace("name: p", "name: none"),
    'policies.yaml:2:11: policies[0].name: "none" names the default denial',
  ],
  [
    "a file without policies",
    "policies: []",
    "policies.yaml:1:11: policies: expected 1 to 500 elements, not 0",
  ],
];
for (const [what, text, message] of REFUSED) {
  test(`refuses ${what}`, () => {
    const found = problems(text);
    assert.ok(
      found.some((line) => line.startsWith(message)),
      `got ${found.join("\n")}\nnot ${message}`,
    );
  });
}

for (const kind of ["limit: { messages: 1 }", "redact: { entities: [US_SSN] }"]) {
  test(`refuses roles beside ${kind}, which concerns the whole request`, () => {
    const [found = ""] = problems(withRule(`{ id: t, roles: [user], ${kind} }`));
    assert.match(
      found,
      /^policies\.yaml:6:31: policies\[0\]\.prompt\[0\]\.roles: (limit|redact) concerns the whole/,
    );
  });
}

for (const kind of ["always: true", "entities: [US_SSN]"]) {
  test(`refuses ignoreCase beside ${kind}, which has no case`, () => {
    const [found = ""] = problems(withRule(`{ id: t, deny: { ${kind}, ignoreCase: false } }`));
    assert.match(
      found,
      /^policies\.yaml:6:30: policies\[0\]\.prompt\[0\]\.deny: ignoreCase has no effect beside/,
    );
  });
}

const CONDITIONS: readonly (readonly [string, string, string])[] = [
  [
    "matches()",
    "request.model.matches('a+')",
    "matches() may not be called; use startsWith, endsWith or contains",
  ],
  ["an unknown field", "request.modle == 'x'", "No such key: modle; a condition knows principal"],
  ["what is not true or false", "request.model", "a condition must be true or false, this is of type string"],
  ["what asks nothing", "1 == 1", "the condition asks nothing about principal or request"],
  [
    "a walk inside a walk",
    "principal.groups.exists(a, principal.groups.exists(b, a == b))",
    "exists() may not stand inside another walk",
  ],
  [
    "a function that is not listed",
    "string(request.stream) == 'true'",
    "string() may not be called; allowed: size, has",
  ],
  ["what cannot be read", "request.model ==", "Unexpected token: EOF"],
];
for (const [what, when, message] of CONDITIONS) {
  test(`refuses ${what} in a condition, with the character`, () => {
    const [found = ""] = problems(policy(...plain, `when: "${when}"`));
    assert.ok(found.startsWith(`policies.yaml:6:11: policies[0].when: ${message}`), found);
    assert.match(found, /\(at .*, character \d+\)$/);
  });
}

test("refuses an attribute that no issuer maps and an issuer that is not configured, when they are known", () => {
  const text = policy(
    "who: { issuers: [https://a.example], attributes: { repo: [x] } }",
    "connections: [openai]",
  );
  assert.match(
    problems(text, { issuers: [PLAIN_ISSUER] }).join("\n"),
    /:4:10: policies\[0\]\.who: issuers: "https:\/\/a\.example" is not configured/,
  );
  const there = { ...PLAIN_ISSUER, issuer: "https://a.example", attributes: ["repository"] };
  assert.match(
    problems(text, { issuers: [there] }).join("\n"),
    /:4:10: policies\[0\]\.who: attributes: no issuer maps a claim to "repo", so nobody has it; did you mean "repository"/,
  );
});

const PLAIN_ISSUER: IssuerFacts = {
  issuer: "https://b.example",
  attributes: [],
  groupsPrefix: null,
  teams: false,
  tenants: false,
};

const NOBODY: readonly (readonly [string, string, Partial<IssuerFacts>, string])[] = [
  ["a group of issuers that give none", "who: { groups: [a] }", {}, "who: groups: no issuer gives groups"],
  [
    "a group without the issuers' prefix",
    'who: { groups: ["gh:a", b] }',
    { groupsPrefix: "gh:" },
    'who: groups: nobody can be in "b": groups begin with "gh:"',
  ],
  [
    "a team that no token names",
    "who: { teams: [a] }",
    {},
    "who: teams: no issuer names a claim for the team",
  ],
  ["a tenant that no token names", "who: { tenants: [a] }", {}, "who: tenants: no issuer names a claim"],
  [
    "reviewers who cannot be",
    "who: { everyone: true }\n    prompt: [ { id: r, review: { always: true, reviewers: { groups: [legal] } } } ]",
    {},
    'prompt[0]: review.reviewers: no issuer gives groups (`claims.groups` names their claim), so nobody is in "legal"',
  ],
];
for (const [what, written, issuer, message] of NOBODY) {
  test(`refuses ${what}`, () => {
    const found = problems(policy(written, "connections: [openai]"), {
      issuers: [{ ...PLAIN_ISSUER, ...issuer }],
    });
    assert.ok(
      found.some((line) => /^policies\.yaml:\d+:\d+: policies\[0\]\./.test(line) && line.includes(message)),
      found.join("\n"),
    );
  });
}

test("takes groups, teams and tenants that a token can name", () => {
  const issuers = [{ ...PLAIN_ISSUER, groupsPrefix: "gh:", teams: true }];
  const who = 'who: { groups: ["gh:a"], teams: [ledger], tenants: ["https://b.example"] }';
  assert.equal(load(policy(who, "connections: [openai]"), { issuers }).policies.length, 1);
});

test("refuses a connection that an earlier one keeps every request from", () => {
  const connections = [
    { name: "first", models: ["gpt-*"], dialect: "openai" },
    { name: "second", models: ["gpt-4*", "o3"], dialect: "openai" },
  ];
  const written = (models: string, named: string) =>
    `policies: [ { name: p, who: { everyone: true }, connections: [${named}], models: [${models}] } ]`;
  assert.match(
    problems(written('"gpt-*"', "second"), { connections })[0] ?? "",
    /:1:\d+: policies\[0\]\.connections\[0\]: requests for these models go to "first", which stands before "second"/,
  );
  assert.match(problems(written("gpt-4o", "first, second"), { connections })[0] ?? "", /go to "first"/);
  // The second still gets what the first does not serve.
  assert.equal(load(written('"*"', "second"), { connections }).policies.length, 1);
  assert.equal(load(written('"gpt-*", o3', "first, second"), { connections }).policies.length, 1);
});

test("names every problem of a file at once", () => {
  const text = policy(
    "who: { everyone: true }",
    "connections: [nope]",
    "prompt: [ { id: a, deny: { topic: t } } ]",
    'when: "1 == 1"',
  );
  assert.equal(problems(text).length, 3);
});

test("warns of topics that no rule uses, of what rules cannot see, and of waits over plain HTTP", () => {
  const text = `${policy(...plain, "permit: [images]", "prompt: [ { id: a, review: { words: [x], reviewers: { groups: [g] }, expires: 1h } } ]")}\ntopics: { unused: { words: [x] } }`;
  const { warnings } = load(text);
  assert.equal(warnings.length, 3);
  assert.match(warnings.join("\n"), /no rule uses the topic "unused"/);
  assert.match(warnings.join("\n"), /what images bring in, they do not see/);
  assert.match(warnings.join("\n"), /wait at most 4m of the 1h/);
});

test("the version is a hash of the text, so any edit changes it", () => {
  const text = policy(...plain);
  assert.match(load(text).version, /^sha256:[0-9a-f]{64}$/);
  assert.equal(load(text).version, load(text).version);
  assert.notEqual(load(`${text}\n# why`).version, load(text).version);
});

test("policies inside the configuration are read in place, its other keys left alone", () => {
  const text = `listen: { http: x }\n${policy(...plain)}`;
  assert.equal(load(policy(...plain)).policies.length, 1);
  assert.throws(() => load(text), /the key "listen" is not known/);
});
