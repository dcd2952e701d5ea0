/**
 * A provider's wire format, used at both edges: to read a caller's request and write its answer, and to
 * write an upstream's request and read its answer. One folder per dialect, one line in index.ts.
 *
 * Upstream bytes become `DecodedEvent`s; the masking stage turns those into entries of the session log;
 * an encoder turns entries into frames of the caller's dialect. Where both dialects are the same the
 * frames are the upstream's own events with masked text (`template`, `native`); otherwise they are built
 * from the neutral items.
 */
import type { Channel } from "../domain/channel.js";
import type { DialectName, Entry, OutputItem } from "../domain/entry.js";
import type { SluiceError } from "../domain/errors.js";
import type { JsonObject, JsonPath, JsonValue } from "../domain/json.js";
import { atOnce, type Steps } from "../domain/pace.js";
import type { RateHeaders } from "./rate-headers.js";
import type { CompletionRequest } from "./request.js";

/** One object per distinct envelope of a stream; its identity is its number in the log. */
export interface Template {
  readonly event: string | null;
  readonly before: string;
  readonly middle: string | null;
  readonly after: string;
  /** Strings of the envelope that the provider could fill as it likes (ids, names, models). They are released
   *  with every chunk, so the masking stage checks them once per template: where a detector matches one, the
   *  chunk is recorded without a template. */
  readonly tokens: readonly string[];
}

/** A token of a provider's log-probabilities: its text, and its entry as JSON text. */
export interface LogprobToken {
  readonly text: string;
  readonly json: string;
  /** What else the entry says: the texts of the tokens that could have stood there. */
  readonly alternatives: readonly string[];
}

/** A string inside a structural event that is model text. */
export interface TextSlot {
  readonly path: JsonPath;
  /** `whole`: text that stands only here, masked by itself. `copy`: a copy of a channel's text, rebuilt
   *  from what was released there; text that the channel never carried is masked as whole. `token`: a
   *  short structural string, masked only if a detector matches. `key`: the name of a member, which goes with
   *  its value where a detector matches. */
  readonly mode: "whole" | "copy" | "token" | "key";
  /** Channel that a `copy` repeats. */
  readonly channel: number | null;
  readonly syntax: "text" | "json";
}

export type DecodedEvent =
  | {
      readonly type: "delta";
      readonly channel: Channel;
      readonly text: string;
      readonly template: Template | null;
      readonly logprobs: readonly LogprobToken[] | null;
      /** Where `template` says something for the first time (a role, the id and name of a tool call): the
       *  envelope for text of this event that comes out later, since clients take in such things once. */
      readonly later?: Template;
      /** The envelope without the signature that stands in it, for a text that was masked. */
      readonly unsealed?: Template;
    }
  | {
      readonly type: "output";
      readonly items: readonly OutputItem[];
      readonly event: string | null;
      /** The event without what the dialect drops; strings named in `slots` still hold raw text. */
      readonly native: JsonValue | null;
      readonly slots: readonly TextSlot[];
      /** Channels whose held text must be released before this event, since it ends them. */
      readonly flush: "none" | "all" | readonly number[];
      /** Paths (object keys or array entries) to remove when any text of the given channels was masked:
       *  offsets into the text, signatures, alternatives. */
      readonly dropIfMasked: readonly {
        readonly path: JsonPath;
        readonly channels: "any" | readonly number[];
        /** What stands there then, since clients or the provider ask for the member. Default: nothing, not even
         *  the member. */
        readonly instead?: string;
      }[];
      /** Paths to remove when a detector matches any of their texts, which no slot can change. */
      readonly hides?: readonly { readonly path: JsonPath; readonly texts: readonly string[] }[];
    }
  /** The upstream reported a failure inside its stream. */
  | { readonly type: "failed"; readonly error: SluiceError }
  /** The dialect's own terminator was seen: the stream is whole. */
  | { readonly type: "finished" };

export interface DecoderLimits {
  readonly eventBytes: number;
  readonly totalBytes: number;
  readonly choices: number;
  readonly channels: number;
  readonly jsonDepth: number;
}

/**
 * What a session's live client may see again and its log may not: the request's own text as the upstream
 * echoes it. Filled by the decoder, read by the live client's encoder; never recorded.
 */
export type EchoMemory = Map<string, JsonValue>;

export interface DecoderOptions {
  readonly request: CompletionRequest;
  readonly limits: DecoderLimits;
  readonly echo: EchoMemory;
  /** Fields beyond the dialect's list that the connection passes; each becomes a masked channel. */
  readonly passFields: readonly string[];
}

export interface StreamDecoderOptions extends DecoderOptions {
  /** For tests: false parses every event. Default: true, where a dialect has a fast path. */
  readonly fastPath?: boolean;
}

/** Reads one upstream answer. What breaks the dialect's rules is a last event, `failed`, behind those that were
 *  whole before it; nothing follows that. */
export interface Decoder {
  /** Takes the next bytes of the body, cut anywhere; returns the events that they complete. */
  push(bytes: Buffer): readonly DecodedEvent[];
  /** The body ended. Returns what was still open; a missing terminator shows as no `finished`. */
  end(): readonly DecodedEvent[];
}

/** Receives the frames of a caller's stream: an event name where the dialect has one, and JSON text. */
export interface FrameSink {
  frame(event: string | null, data: string, seq: number): void;
}

export interface EncoderOptions {
  /** What the live client may see again; empty for followers and replays. */
  readonly echo: EchoMemory;
  /** The caller's parsed request where this is its own live stream, else null. */
  readonly request: CompletionRequest | null;
}

/** Writes entries of a log as the caller's stream. Entries must come from the first on, in order. An `ended`
 *  with an error becomes the frames that end a stream which has begun, whatever came before it. */
export interface StreamEncoder {
  encode(entry: Entry, sink: FrameSink): void;
}

/** Gathers a log into the one body of a plain (not streamed) answer. */
export interface PlainEncoder {
  add(entry: Entry): void;
  /** Call after `ended` without an error. */
  body(): JsonObject;
}

/** An answer to a failed call that has sent nothing yet. */
export interface WireError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}

export interface ParseOptions {
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Request keys beyond the dialect's own that are accepted and forwarded. */
  readonly passFields: readonly string[];
  /** `count_tokens` where the route is one that only counts. Default `generate`. */
  readonly operation?: "generate" | "count_tokens";
}

export interface BuildOptions {
  /** Model as the upstream knows it. */
  readonly model: string;
  /** Most completion tokens; already the smaller of the caller's and the policy's. Null: say nothing. */
  readonly maxTokens: number | null;
  readonly apiVersion: string | null;
}

/** An upstream call without its origin and credential. */
export interface BuiltRequest {
  /** Path and query below the connection's base URL, for example `/chat/completions`. */
  readonly path: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a dialect does with a caller's request, in steps. */
export interface RequestSteps {
  parse(body: JsonObject, options: ParseOptions): Steps<CompletionRequest>;
  withTexts(request: CompletionRequest, texts: ReadonlyMap<number, string>): Steps<CompletionRequest>;
}

/** The request's side of a caller's edge, from its steps. */
export function requestSide(inSteps: RequestSteps): Pick<ClientDialect, "parse" | "withTexts" | "inSteps"> {
  return {
    parse: (body, options) => atOnce(inSteps.parse(body, options)),
    withTexts: (request, texts) => atOnce(inSteps.withTexts(request, texts)),
    inSteps,
  };
}

/** The caller's edge of a dialect. */
export interface ClientDialect {
  readonly name: DialectName;
  /** @throws SluiceError("invalid_request" | "too_large") naming the field. `features` lists what a policy must permit. */
  parse(body: JsonObject, options: ParseOptions): CompletionRequest;
  /** The same request with other text in the given segments (indexes into `segments`). */
  withTexts(request: CompletionRequest, texts: ReadonlyMap<number, string>): CompletionRequest;
  /** Both once more in steps, for what callers send: a long request would hold everybody up. */
  readonly inSteps: RequestSteps;
  streamEncoder(options: EncoderOptions): StreamEncoder;
  plainEncoder(options: EncoderOptions): PlainEncoder;
  /** Maps an error to status and body; every stock client of the dialect gets its typed error from it. */
  error(error: SluiceError, requestId: string): WireError;
  /** How near its rates the caller is, in the provider's headers. */
  readonly rateHeaders: RateHeaders;
  /** Text after the last frame of a whole stream, for example `data: [DONE]`; null: nothing. */
  readonly terminator: string | null;
}

/** The upstream's edge of a dialect. */
export interface UpstreamDialect {
  readonly name: DialectName;
  build(request: CompletionRequest, options: BuildOptions): BuiltRequest;
  streamDecoder(options: DecoderOptions): Decoder;
  plainDecoder(options: DecoderOptions): Decoder;
  /** Reads the code and request id out of an error answer; its text never passes. */
  error(status: number, headers: Readonly<Record<string, string | undefined>>, body: Buffer): SluiceError;
}
