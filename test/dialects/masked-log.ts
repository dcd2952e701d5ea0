import type { UpstreamDialect } from "../../src/dialects/dialect.js";
import type { CompletionRequest } from "../../src/dialects/request.js";
import type { Entry, EntryBody } from "../../src/domain/entry.js";
import { SluiceError } from "../../src/domain/errors.js";
import { Masking } from "../../src/masking/masking.js";
import { PseudonymTable } from "../../src/masking/pseudonyms.js";
import { builtInDetectors } from "../../src/patterns/detectors/index.js";
import { validators } from "../../src/patterns/validators/index.js";
import { AnswerMasker } from "../../src/pipeline/answer-masker.js";
import { opened } from "../recording/fixtures.js";
import { LIMITS } from "./identity-log.js";

const scope = () => ({ hashKey: new Uint8Array(32), pseudonyms: new PseudonymTable() });

export interface MaskedOptions {
  readonly upstream: UpstreamDialect;
  readonly request: CompletionRequest;
  readonly pieces: readonly Buffer[];
  readonly entities?: readonly string[];
  readonly passFields?: readonly string[];
}

let shared: Masking | undefined;

/** The built-in detectors; their automata are built once for all tests of a file. */
function masking(): Masking {
  shared ??= Masking.create({ detectors: builtInDetectors, validators });
  return shared;
}

/** Reads a body into a log through the real masker. */
export function maskedLog(options: MaskedOptions): readonly Entry[] {
  const { upstream, request, entities = ["pii/*", "secrets/*"] } = options;
  const entries: Entry[] = [];
  const add = (body: EntryBody) => {
    entries.push({ ...body, seq: entries.length + 1, offsetUs: entries.length * 1000 });
  };
  add(
    opened({
      model: request.model,
      dialect: request.dialect,
      stream: request.stream,
      request: JSON.stringify({ ...request.native, instructions: "(masked)" }),
    }),
  );
  add({
    type: "upstream_opened",
    connection: "test",
    model: request.model,
    dialect: upstream.name,
    approval: null,
  });
  const masker = new AnswerMasker({
    plan: masking().plan([{ entities, action: "mask" }]),
    scope: scope(),
    jsonText: false,
    keepsCopies: true,
    maxCopyChars: 1 << 24,
  });
  const about = { request, limits: LIMITS, echo: new Map(), passFields: options.passFields ?? [] };
  const decoder = request.stream ? upstream.streamDecoder(about) : upstream.plainDecoder(about);
  let failure: SluiceError | null = null;
  try {
    for (const events of [...options.pieces.map((piece) => () => decoder.push(piece)), () => decoder.end()]) {
      const released = masker.take(events());
      for (const body of released.bodies) add(body);
      failure ??= released.failure;
    }
  } catch (thrown) {
    if (!(thrown instanceof SluiceError)) throw thrown;
    failure = thrown;
  }
  const error =
    failure === null ? null : { code: failure.code, message: failure.message, details: failure.details };
  add({
    type: "ended",
    error,
    outcome: error?.code ?? "complete",
    by: null,
    reason: null,
    totals: { chunks: 0, characters: 0, findings: {}, usage: null, firstChunkUs: null },
  });
  return entries;
}
