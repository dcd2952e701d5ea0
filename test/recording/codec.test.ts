import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Entry, EntryBody } from "../../src/domain/entry.js";
import { ByteReader } from "../../src/recording/byte-reader.js";
import { ByteWriter } from "../../src/recording/byte-writer.js";
import { CHAIN_START, nextLink } from "../../src/recording/chain.js";
import { decodeEntry, encodeEntry } from "../../src/recording/entry-codec.js";
import { PageBuilder, pageEnds } from "../../src/recording/page.js";
import { walkPage } from "../../src/recording/page-walker.js";
import fc from "../support/seeded-check.js";
import { chunk, ended, opened } from "./fixtures.js";

/** Any string at all: lone surrogates, control characters, long ones. */
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 80 })
    .map((units) => String.fromCharCode(...units)),
);
const anyFinding = fc.record(
  {
    entity: anyText,
    detector: anyText,
    start: fc.nat(),
    end: fc.nat(),
    action: fc.constantFrom("mask" as const, "observe" as const, "cut" as const),
  },
  { noNullPrototype: true },
);
const anyChunk: fc.Arbitrary<EntryBody> = fc.record(
  {
    type: fc.constant("chunk" as const),
    channel: fc.nat(),
    text: anyText,
    template: fc.integer({ min: -1, max: 1 << 20 }),
    logprobs: fc.option(anyText, { nil: null }),
    findings: fc.array(anyFinding, { maxLength: 3 }),
  },
  { noNullPrototype: true },
);
const anyBody: fc.Arbitrary<EntryBody> = fc.oneof(
  { weight: 5, arbitrary: anyChunk },
  anyText.map((request) => opened({ request, labels: { [request]: request } })),
  anyText.map((reason) => ended({ reason })),
  anyText.map((native): EntryBody => ({ type: "output", items: [], event: null, native, findings: [] })),
);
const anyOffset = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

describe("entry codec", () => {
  it("gives back every entry exactly", () => {
    fc.assert(
      fc.property(anyBody, anyOffset, (body, offsetUs) => {
        const out = new ByteWriter(16);
        encodeEntry(out, body, offsetUs);
        const reader = new ByteReader(out.bytes, 0, out.position);
        assert.deepEqual(decodeEntry(reader, 7), { ...body, seq: 7, offsetUs });
      }),
    );
  });

  it("turns any bytes into an entry or into one kind of error, never another", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          decodeEntry(new ByteReader(Buffer.from(bytes)), 1);
        } catch (thrown) {
          assert.equal(thrown instanceof Error ? thrown.name : "", "MalformedBytes");
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("page", () => {
  it("gives back its records with the links of their chain", () => {
    fc.assert(
      fc.property(fc.array(anyBody, { minLength: 1, maxLength: 20 }), (bodies) => {
        const builder = new PageBuilder(16);
        let link = CHAIN_START;
        for (const [index, body] of bodies.entries()) {
          encodeEntry(builder.open(), chunk("abandoned"), 1);
          encodeEntry(builder.open(), body, index);
          link = builder.close(link);
        }
        const page = Buffer.from(builder.seal(link));
        const entries: Entry[] = [];
        let expected = CHAIN_START;
        const fault = walkPage(page, CHAIN_START, (reader, index, found) => {
          const record = reader.bytes.subarray(reader.position, reader.end);
          expected = nextLink(record, expected);
          assert.equal(found, expected);
          entries.push(decodeEntry(reader, index));
        });
        assert.equal(fault, null);
        assert.deepEqual(
          entries,
          bodies.map((body, index) => ({ ...body, seq: index, offsetUs: index })),
        );
        assert.deepEqual(pageEnds(page), { count: bodies.length, head: link });
        assert.equal(builder.count, 0);
      }),
    );
  });

  it("takes a record of every length", () => {
    for (const length of [0, 126, 127, 128, 129, 16_383, 16_384, 2_100_000]) {
      const builder = new PageBuilder(16);
      builder.open().raw(Buffer.alloc(length, 9));
      const page = Buffer.from(builder.seal(builder.close(CHAIN_START)));
      let size = -1;
      assert.equal(
        walkPage(page, CHAIN_START, (reader) => {
          size = reader.end - reader.position;
        }),
        null,
      );
      assert.equal(size, length);
    }
  });
});
