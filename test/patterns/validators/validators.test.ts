import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { validators } from "../../../src/patterns/validators/index.js";
import fc from "../../support/seeded-check.js";

function holds(name: string, text: string): boolean {
  const validator = validators.get(name);
  assert.ok(validator !== undefined, name);
  return validator(text);
}

/** Published or official specimen numbers. */
const RIGHT: readonly (readonly [string, readonly string[]])[] = [
  ["luhn", ["4111111111111111", "79927398713"]],
  [
    "card-number",
    ["4111 1111 1111 1111", "378282246310005", "30569309025904", "6011000990139424", "3530111333300000"],
  ],
  ["iban", ["GB82 WEST 1234 5698 7654 32", "de89370400440532013000", "NO93 8601 1117 947"]],
  ["us-npi", ["1234567893"]],
  ["aba-routing", ["121000358", "0210-0002-1"]],
  ["us-dea", ["BB1388568"]],
  ["us-ssn", ["219-09-4321"]],
  ["us-itin", ["911-70-1234"]],
  ["ca-sin", ["130-692-544"]],
  ["uk-nhs", ["943 476 5919"]],
  ["au-tfn", ["876 543 210"]],
  ["au-acn", ["004 085 616"]],
  ["au-abn", ["51 824 753 556"]],
  ["au-medicare", ["2123 45670 1"]],
  ["es-nif", ["12345678Z"]],
  ["es-nie", ["X1234567L"]],
  ["it-fiscal-code", ["RSSMRA85T10A562S"]],
  ["it-vat", ["12345670017"]],
  ["pl-pesel", ["44051401458"]],
  ["fi-personal-identity-code", ["131052-308T"]],
  ["se-personnummer", ["811218-9876", "19811218-9876"]],
  ["se-organisationsnummer", ["556016-0680"]],
  ["de-tax-id", ["86095742719"]],
  ["de-vat-id", ["DE136695976"]],
  ["de-social-security", ["15070649C103"]],
  ["de-health-insurance", ["A000500015"]],
  ["in-aadhaar", ["2345 6789 0124"]],
  ["in-gstin", ["27AAPFU0939F1ZV"]],
  ["kr-registration", ["960121-1021413", "911124-5678906"]],
  ["kr-brn", ["124-81-00998"]],
  ["th-tnin", ["1234567890121"]],
  ["tr-national-id", ["10000000146"]],
  ["tw-national-id", ["A123456789"]],
  ["sg-nric", ["S2740116C", "F2346401L", "M4332674T"]],
  ["za-id", ["8001015009087"]],
  ["ng-nin", ["12345678902"]],
  ["ru-snils", ["112-233-445 95"]],
  ["ru-inn", ["7707083893", "500100732259"]],
  ["br-cpf", ["529.982.247-25"]],
  ["vin", ["1HGCM82633A004352"]],
  ["icao-document", ["L898902C36"]],
  ["bitcoin-address", ["1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"]],
  ["ipv6", ["::1", "2001:db8::1", "::ffff:192.0.2.1", "fe80::1%eth0/64", "1:2:3:4:5:6:7:8"]],
  ["mac-address", ["00:1A:2B:3C:4D:5E", "0012.3456.789a"]],
];

test("takes published numbers", () => {
  for (const [name, texts] of RIGHT)
    for (const text of texts) assert.ok(holds(name, text), `${name} ${text}`);
});

/** Checksums that promise to notice every single wrong digit. */
const NOTICES_ONE_DIGIT = [
  "luhn",
  "card-number",
  "iban",
  "us-npi",
  "aba-routing",
  "uk-nhs",
  "au-tfn",
  "au-abn",
  "es-nif",
  "es-nie",
  "it-vat",
  "fi-personal-identity-code",
  "se-organisationsnummer",
  "de-tax-id",
  "de-vat-id",
  "in-aadhaar",
  "ng-nin",
  "za-id",
  "bitcoin-address",
] as const;

test("notices every single wrong digit", () => {
  const cases = RIGHT.filter(([name]) => NOTICES_ONE_DIGIT.some((each) => each === name));
  assert.equal(cases.length, NOTICES_ONE_DIGIT.length);
  for (const [name, texts] of cases) {
    for (const text of texts) {
      for (let at = 0; at < text.length; at++) {
        const digit = text.charCodeAt(at) - 48;
        if (digit < 0 || digit > 9) continue;
        const wrong = `${text.slice(0, at)}${(digit + 1) % 10}${text.slice(at + 1)}`;
        assert.ok(!holds(name, wrong), `${name} took ${wrong} for ${text}`);
      }
    }
  }
});

test("Verhoeff notices every swap of neighbours", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 10, maxLength: 10 }), (body) => {
      const right = Array.from({ length: 10 }, (_, check) => [...body, check].join("")).filter((text) =>
        holds("ng-nin", text),
      );
      for (const text of right) {
        for (let at = 0; at + 1 < text.length; at++) {
          const a = text.charAt(at);
          const b = text.charAt(at + 1);
          if (a === b) continue;
          assert.ok(!holds("ng-nin", text.slice(0, at) + b + a + text.slice(at + 2)));
        }
      }
    }),
  );
});

test("no validator throws or hangs on any text", () => {
  const texts = fc.oneof(fc.string({ maxLength: 60 }), fc.stringMatching(/^[0-9A-Za-z .:/@%x-]{0,60}$/));
  fc.assert(
    fc.property(texts, (text) => {
      for (const [name, validator] of validators) assert.equal(typeof validator(text), "boolean", name);
    }),
    { numRuns: 300 },
  );
});

test("numbers that nobody was given are refused", () => {
  for (const text of [
    "000-12-3456",
    "666-12-3456",
    "900-12-3456",
    "219-00-4321",
    "219-09-0000",
    "078-05-1120",
  ]) {
    assert.ok(!holds("us-ssn", text), text);
  }
  for (const text of ["1111111111111111", "1234567812345670", "4111111111111"])
    assert.ok(!holds("card-number", text), text);
  for (const text of [
    "std::cout",
    "::",
    "::2",
    "2001::db8::1",
    "12:34:56",
    "A::B1",
    "face::add",
    "1:2:3:4:5:6:7:8:9",
  ]) {
    assert.ok(!holds("ipv6", text), text);
  }
});

test("placeholders are no credentials", () => {
  for (const text of ["your-api-key-1", "changeme1", "<token1>", "process.env.KEY1", "xxxxxxxx1"]) {
    assert.ok(!holds("mixed-token", text), text);
  }
  for (const text of ["user:$PASSWORD", "<user>:<password>", "username:password", "a:"]) {
    assert.ok(!holds("credential-pair", text), text);
  }
  assert.ok(holds("credential-pair", "app:s3cr3t:with@signs"));
  assert.ok(!holds("random-token", "tokenizer.next_token2()"));
  assert.ok(!holds("no-filler", `ghp_${"x".repeat(36)}`));
});

test("no validator shows text of models to the host's regular expressions", () => {
  const folder = new URL("../../../src/patterns/validators/", import.meta.url);
  for (const file of readdirSync(folder)) {
    const source = readFileSync(new URL(file, folder), "utf8");
    assert.doesNotMatch(
      source,
      /\.(?:test|exec|match|matchAll|search)\(|new RegExp|\.(?:split|replace|replaceAll)\(\//,
      file,
    );
  }
});
