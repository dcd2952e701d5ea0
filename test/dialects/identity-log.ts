import type { DecodedEvent, Decoder, Template, UpstreamDialect } from "../../src/dialects/dialect.js";
import type { CompletionRequest } from "../../src/dialects/request.js";
import type { DialectName, Entry, EntryBody } from "../../src/domain/entry.js";
import { SluiceError } from "../../src/domain/errors.js";
import { opened } from "../recording/fixtures.js";

/** Limits that no recording reaches. */
export const LIMITS = {
  eventBytes: 4 << 20,
  totalBytes: 64 << 20,
  choices: 16,
  channels: 256,
  jsonDepth: 64,
};

/** What masking makes of released text; identity unless a test plants something. */
export type Mask = (text: string) => string;

/** Turns decoded events into the entries of a log, one chunk per delta, as a pipeline without rules would. */
export class IdentityLog {
  readonly entries: Entry[] = [];
  finished = false;
  failed: SluiceError | null = null;
  readonly #templates = new Map<Template, number>();
  readonly #mask: Mask;
  #seq = 0;

  constructor(request: CompletionRequest, upstream: DialectName, mask: Mask = (text) => text) {
    this.#mask = mask;
    const { model, dialect, stream } = request;
    this.#add(opened({ model, dialect, stream }));
    this.#add({
      type: "upstream_opened",
      connection: "test",
      model: request.model,
      dialect: upstream,
      approval: null,
    });
  }

  take(events: readonly DecodedEvent[]): void {
    for (const event of events) this.#event(event);
  }

  /** Ends the log as the pipeline would: an answer that did not finish is broken. */
  end(): void {
    const error =
      this.failed ?? (this.finished ? null : new SluiceError("upstream_broken", "It ended too early."));
    this.#add({
      type: "ended",
      error: error === null ? null : { code: error.code, message: error.message, details: error.details },
      outcome: error === null ? "complete" : error.code,
      by: null,
      reason: null,
      totals: { chunks: 0, characters: 0, findings: {}, usage: null, firstChunkUs: null },
    });
  }

  #event(event: DecodedEvent): void {
    switch (event.type) {
      case "delta": {
        const template = event.template === null ? -1 : this.#template(event.template);
        const logprobs =
          event.logprobs === null ? null : `[${event.logprobs.map((token) => token.json).join(",")}]`;
        this.#add({
          type: "chunk",
          channel: event.channel.id,
          text: this.#mask(event.text),
          template,
          logprobs,
          findings: [],
        });
        return;
      }
      case "output": {
        const native = event.native === null ? null : this.#mask(JSON.stringify(event.native));
        this.#add({ type: "output", items: event.items, event: event.event, native, findings: [] });
        return;
      }
      case "failed":
        this.failed = event.error;
        return;
      case "finished":
        this.finished = true;
        return;
      default:
        event satisfies never;
    }
  }

  #template(template: Template): number {
    const known = this.#templates.get(template);
    if (known !== undefined) return known;
    const number = this.#templates.size;
    this.#templates.set(template, number);
    const { event, before, middle, after } = template;
    this.#add({ type: "template", template: number, event, before, middle, after });
    return number;
  }

  #add(body: EntryBody): void {
    this.#seq++;
    this.entries.push({ ...body, seq: this.#seq, offsetUs: this.#seq * 1000 });
  }
}

export interface DecodeOptions {
  readonly upstream: UpstreamDialect;
  readonly request: CompletionRequest;
  readonly pieces: readonly Buffer[];
  readonly mask?: Mask;
  readonly passFields?: readonly string[];
  readonly decoder?: Decoder;
}

/** Reads a body, cut as given, into a log. */
export function decodeToLog(options: DecodeOptions): IdentityLog {
  const { upstream, request } = options;
  const log = new IdentityLog(request, upstream.name, options.mask);
  const about = { request, limits: LIMITS, echo: new Map(), passFields: options.passFields ?? [] };
  const decoder =
    options.decoder ?? (request.stream ? upstream.streamDecoder(about) : upstream.plainDecoder(about));
  try {
    for (const piece of options.pieces) log.take(decoder.push(piece));
    log.take(decoder.end());
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    log.failed = error;
  }
  log.end();
  return log;
}
