import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseStrictJson, parseStrictJsonInSlices } from "../../src/dialects/strict-json.js";
import { SluiceError } from "../../src/domain/errors.js";
import fc from "../support/seeded-check.js";

const LIMITS = { bytes: 1 << 20 };

function failure(text: string | Buffer, limits: Parameters<typeof parseStrictJson>[1] = LIMITS): SluiceError {
  try {
    parseStrictJson(Buffer.from(text), limits);
  } catch (error) {
    assert.ok(error instanceof SluiceError);
    return error;
  }
  assert.fail(`${String(text).slice(0, 60)} was accepted`);
}

describe("a strict body", () => {
  test("is read as JSON.parse reads it, whatever it holds", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes("__proto__"));
        assert.deepEqual(parseStrictJson(Buffer.from(text), LIMITS), JSON.parse(text));
      }),
    );
  });

  test("is refused exactly where JSON.parse refuses it", () => {
    const noise = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      '"b',
      "1",
      "01",
      "-",
      "1.5e3",
      "tru",
      "true",
      "null",
      "\\",
      "\n",
      "\t",
      '"\\u12"',
      " ",
    );
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 12 }), (parts) => {
        const text = `{"k":${parts.join("")}}`;
        let parsed: unknown;
        try {
          parsed = JSON.parse(text);
        } catch {
          assert.equal(failure(text).code, "invalid_request");
          return;
        }
        try {
          assert.deepEqual(parseStrictJson(Buffer.from(text), LIMITS), parsed);
        } catch (error) {
          // What JSON.parse takes and this does not: duplicate keys, and numbers that become infinite.
          assert.match((error as Error).message, /stands twice|number is too large/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ["a duplicate key", '{"model":"a",\n "model":"b"}', /line 2, column 2: the key "model" stands twice/],
    ["a duplicate key in another spelling", '{"a":1,"\\u0061":2}', /the key "a" stands twice/],
    ["a duplicate key deep inside", '{"a":[{"b":{"c":1,"c":2}}]}', /the key "c"/],
    ["__proto__", '{"__proto__":{"x":1}}', /not allowed/],
    ["a number beyond a double", '{"a":1e999}', /too large/],
    ["a list", "[1]", /must be a JSON object/],
    ["nothing", "", /ends too early/],
    ["a second value", "{} {}", /something follows/],
    ["a comma too many", '{"a":1,}', /key in double quotes/],
    ["a raw line break in a string", '{"a":"x\ny"}', /control character/],
  ];
  for (const [name, text, message] of refused) {
    test(`refuses ${name} and says where`, () => {
      assert.match(failure(text).message, message);
    });
  }

  test("names the key and never quotes a value", () => {
    const error = failure('{"secret-key":"my secret text","secret-key":tru}');
    assert.equal(error.details.field, "secret-key");
    assert.doesNotMatch(error.message, /my secret text/);
  });

  test("is limited in bytes, depth and values", () => {
    assert.equal(failure('{"a":1}', { bytes: 3 }).code, "too_large");
    assert.equal(failure(`{"a":${"[".repeat(70)}${"]".repeat(70)}}`).code, "too_large");
    assert.equal(failure(`{"a":[${"0,".repeat(50)}0]}`, { bytes: 1000, values: 20 }).code, "too_large");
    assert.equal(failure(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])).code, "invalid_request");
  });

  test("is read alike wherever a step ends, in long strings full of escapes and wide characters too", () => {
    const piece = fc.constantFrom(
      "a",
      "\u00e9",
      "\u4e2d",
      "\ud83d\ude00",
      "\ud83d",
      "\n",
      '"',
      "\\",
      "\u0001",
      "\u2028",
    );
    const long = fc.tuple(
      fc.array(piece, { minLength: 1, maxLength: 9 }),
      fc.integer({ min: 1, max: 30_000 }),
    );
    fc.assert(
      fc.property(long, fc.boolean(), ([units, times], isEscaped) => {
        const value = {
          [units.join("").slice(0, 5)]: [units.join("").repeat(times).slice(0, 120_000), times, null],
        };
        const plain = JSON.stringify(value);
        const text = isEscaped
          ? plain.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)
          : plain;
        const body = Buffer.from(text);
        assert.deepEqual(parseStrictJson(body, LIMITS), JSON.parse(body.toString()));
      }),
      { numRuns: 60 },
    );
  });

  test("is limited in the keys of one object", () => {
    const many = Object.fromEntries(Array.from({ length: 10_001 }, (_, index) => [`k${index}`, 0]));
    assert.match(failure(JSON.stringify(many)).message, /more than 10000 keys/);
  });

  test("lets other work in between while a large one is checked", async () => {
    const body = Buffer.from(JSON.stringify({ text: 'quoted \\" text '.repeat(60_000) }));
    let ticks = 0;
    let longestMs = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      ticks++;
    }, 0);
    const watch = (): void => {
      const now = performance.now();
      longestMs = Math.max(longestMs, now - last);
      last = now;
    };
    const beat = setInterval(watch, 1);
    const value = await parseStrictJsonInSlices(body, { bytes: 8 << 20 });
    clearInterval(timer);
    clearInterval(beat);
    assert.ok(String(value["text"]).length > 800_000);
    assert.ok(ticks > 0, "nothing else ran");
  });
});
