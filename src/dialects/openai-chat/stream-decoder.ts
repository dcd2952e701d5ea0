import type { OutputItem } from "../../domain/entry.js";
import { isJsonObject, type JsonObject, type JsonPath } from "../../domain/json.js";
import { broken } from "../broken.js";
import { output, parseEvent, reportedError } from "../decoded.js";
import type { DecodedEvent, LogprobToken, StreamDecoderOptions, Template } from "../dialect.js";
import { EventDecoder } from "../event-decoder.js";
import { FastPath, type Hole } from "../fast-path.js";
import { objectAt, valueAt, withValue } from "../json-place.js";
import { usageOf } from "../openai/usage.js";
import { passFieldSet, type Sifted, type SiftOptions, sift, stringsOf } from "../sift.js";
import { SseFraming } from "../sse-framing.js";
import { Templates } from "../templates.js";
import { AnswerChannels } from "./answer-channels.js";
import {
  alone,
  continued,
  type Envelope,
  isHollow,
  logprobsLast,
  offsetsIn,
  sealsIn,
  unsealed,
  without,
} from "./envelope.js";
import type { Found } from "./found.js";
import type { ChatGrammar } from "./grammar.js";

interface Chunk {
  readonly data: string;
  readonly value: JsonObject;
  readonly sifted: Sifted;
  readonly spoken: readonly Found[];
  /** What the event says for the first time. */
  readonly items: readonly OutputItem[];
  /** How it ends something: finish reasons and usage. */
  readonly endings: readonly OutputItem[];
  readonly closed: readonly number[];
}

const PADDING = ["obfuscation", "p"];

/** Reads a streamed answer of chat completions or completions; `grammar` holds what differs. */
export class ChatStreamDecoder extends EventDecoder {
  readonly #grammar: ChatGrammar;
  readonly #channels: AnswerChannels;
  readonly #sift: SiftOptions;
  readonly #templates = new Templates();
  readonly #fast: FastPath<{ readonly found: Found; readonly template: Template }> | null;
  #finished = false;
  #heldUsage: JsonObject | null = null;

  constructor(grammar: ChatGrammar, options: StreamDecoderOptions) {
    super(new SseFraming(options.limits));
    this.#grammar = grammar;
    this.#channels = new AnswerChannels(grammar, options);
    this.#sift = { depth: options.limits.jsonDepth, passFields: passFieldSet(options.passFields) };
    this.#fast = options.fastPath === false ? null : new FastPath();
  }

  /** `[DONE]` may be missing where every choice said why it ended. */
  protected override ended(events: DecodedEvent[]): void {
    if (!this.#finished && this.#channels.complete) events.push(...this.#finish());
  }

  protected override event(_name: string | null, data: string, events: DecodedEvent[]): void {
    if (this.#finished) throw broken("it goes on after its end");
    const hit = this.#fast?.match(data) ?? null;
    if (hit !== null && !hit.value.found.choice.finished) {
      const { found, template } = hit.value;
      events.push({ type: "delta", channel: found.channel, text: hit.text, template, logprobs: null });
    } else if (data === "[DONE]") {
      events.push(...this.#finish());
    } else {
      this.#parsed(data, events);
    }
  }

  #finish(): readonly DecodedEvent[] {
    this.#finished = true;
    const held = this.#heldUsage;
    if (held === null) return [{ type: "finished" }];
    const sifted = sift({ ...held, choices: [] }, this.#grammar.chunkFields, this.#sift);
    const native = { native: sifted.value, slots: sifted.slots };
    return [output(usageItems(held), native), { type: "finished" }];
  }

  #parsed(data: string, events: DecodedEvent[]): void {
    const value = parseEvent(data);
    const error = value["error"];
    if (error !== undefined && error !== null) {
      this.#finished = true;
      events.push({ type: "failed", error: reportedError(error) });
      return;
    }
    this.#chunk(value, data, events);
  }

  #chunk(given: JsonObject, data: string, events: DecodedEvent[]): void {
    // Events of other kinds (pings, debug) mean nothing to this dialect's clients, and some fail on them.
    if (!Array.isArray(given["choices"])) return;
    const items: OutputItem[] = [];
    const found = this.#channels.find(given, this.#grammar.chunkMessage, items);
    if (found.some(({ text, choice }) => text !== "" && choice.finished)) {
      throw broken("text follows the end of its choice");
    }
    const endings: OutputItem[] = [];
    const closed = this.#channels.ends(given, endings);
    const value =
      endings.length === 0 && found.some(({ text }) => text !== "") ? this.#holdUsage(given) : given;
    const sifted = sift(value, this.#grammar.chunkFields, this.#sift);
    const all = [...found, ...this.#channels.passed(value, sifted.passed, items)];
    const spoken = all.filter(({ text }) => text !== "");
    const usage = usageItems(value);
    if (usage.length > 0) this.#heldUsage = null;
    endings.push(...usage);
    this.#emit({ data, value, sifted, spoken, items, endings, closed }, events);
  }

  /** Some providers count in every chunk; the last figures are enough, and chunks stay what they are. */
  #holdUsage(value: JsonObject): JsonObject {
    if (objectAt(value, "usage") === null) return value;
    this.#heldUsage = value;
    const { usage: _counted, ...rest } = value;
    return rest;
  }

  #emit(chunk: Chunk, events: DecodedEvent[]): void {
    const { items, endings, sifted, spoken } = chunk;
    const [first] = spoken;
    if (first === undefined) {
      events.push(this.#rest(chunk, [...items, ...endings]));
      return;
    }
    if (items.length > 0) events.push(output(items));
    const whole =
      spoken.length === 1 &&
      endings.length === 0 &&
      sifted.slots.every(({ mode }) => mode === "token" || mode === "key");
    if (whole) {
      const delta = this.#delta(chunk, first, { value: sifted.value, path: first.path });
      events.push(delta);
      if (delta.logprobs === null && delta.template !== null && delta.unsealed === undefined) {
        this.#fast?.learn(chunk.data, holesOf(chunk.value, first.path), {
          found: first,
          template: delta.template,
        });
      }
      return;
    }
    for (const one of spoken) events.push(this.#delta(chunk, one, alone(sifted.value, one)));
    const value = without(chunk.value, spoken);
    const rest = sift(value, this.#grammar.chunkFields, this.#sift);
    if (endings.length > 0 || !isHollow(rest.value))
      events.push(this.#rest({ ...chunk, sifted: rest }, endings));
  }

  #rest(chunk: Chunk, items: readonly OutputItem[]): DecodedEvent {
    const { value, slots } = chunk.sifted;
    return output(items, {
      native: value,
      slots,
      flush: chunk.closed.length > 0 ? chunk.closed : "none",
      dropIfMasked: [
        ...offsetsIn(value, "delta", (choice) => this.#channels.ofChoice(choice)),
        ...sealsIn(value, (choice) => this.#channels.ofChoice(choice)),
      ],
    });
  }

  #delta(chunk: Chunk, found: Found, envelope: Envelope): Delta {
    const logprobs = this.#logprobs(chunk.value, found);
    const as = (each: Envelope): Template =>
      this.#template(each, logprobs === null ? null : this.#grammar.logprobsPlace(found), chunk.sifted);
    const { channel, text } = found;
    const open = unsealed(envelope);
    const delta: Delta = {
      type: "delta",
      channel,
      text,
      template: as(envelope),
      logprobs,
      ...(open === null ? {} : { unsealed: as(open) }),
    };
    // What is held of a text whose event says things for the first time comes out without them.
    return chunk.items.length === 0 ? delta : { ...delta, later: as(continued(chunk.sifted.value, found)) };
  }

  #template({ value, path }: Envelope, logprobsPlace: JsonPath | null, sifted: Sifted): Template {
    const filled = withValue(value, path, "");
    const hole = logprobsPlace === null ? null : [...path.slice(0, 2), ...logprobsPlace];
    const ordered = hole === null ? filled : logprobsLast(withValue(filled, hole, null), hole);
    return this.#templates.of(
      ordered,
      { text: path, logprobs: hole },
      { event: null, tokens: stringsOf(sifted) },
    );
  }

  #logprobs(value: JsonObject, found: Found): readonly LogprobToken[] | null {
    const choice = found.place === null ? undefined : valueAt(value, found.path.slice(0, 2));
    const logprobs = isJsonObject(choice) ? objectAt(choice, "logprobs") : null;
    return logprobs === null ? null : this.#grammar.logprobTokens(found, logprobs);
  }
}

type Delta = Extract<DecodedEvent, { type: "delta" }>;

/** Usage as the dialect reports it, or as Groq does beside it. */
function usageItems(value: JsonObject): readonly OutputItem[] {
  const usage = objectAt(value, "usage") ?? objectAt(objectAt(value, "x_groq") ?? {}, "usage");
  return usage === null ? [] : [{ type: "usage", usage: usageOf(usage) }];
}

/** What the fast path may skip over: the text, and padding where the event has it. */
function holesOf(value: JsonObject, text: JsonPath): readonly Hole[] {
  const padding = PADDING.filter((key) => typeof value[key] === "string");
  return [{ kind: "text", path: text }, ...padding.map((key): Hole => ({ kind: "padding", path: [key] }))];
}
