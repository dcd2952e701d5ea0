import type { DecodedEvent, Template, TextSlot } from "../dialects/dialect.js";
import { valueAt, withValue } from "../dialects/json-place.js";
import type { Channel } from "../domain/channel.js";
import type { ChunkBody, EntryBody, OutputItem } from "../domain/entry.js";
import { asSluiceError, SluiceError } from "../domain/errors.js";
import { type Finding, NO_FINDINGS } from "../domain/finding.js";
import type { JsonValue } from "../domain/json.js";
import { LogprobQueue } from "../masking/logprobs.js";
import type { MaskingPlan } from "../masking/masking-plan.js";
import type { MaskScope } from "../masking/operators/operator.js";
import type { MaskedRegion, StreamMasker } from "../masking/stream-masker.js";
import { withoutValue } from "./json-without.js";

/** What a batch of upstream events became: entries to append, and then perhaps the reason to stop. */
export interface Released {
  readonly bodies: readonly EntryBody[];
  readonly failure: SluiceError | null;
}

interface ChannelState {
  readonly channel: Channel;
  readonly masker: StreamMasker;
  readonly logprobs: LogprobQueue<string | null> | null;
  template: Template | null;
  /** The envelope in its place once text of the channel was masked; null: the same. */
  unsealed: Template | null;
  /** Text released so far, for dialects that send it again; null where nothing repeats it. */
  released: string | null;
  isMasked: boolean;
  isEnded: boolean;
}

export interface AnswerMaskerOptions {
  readonly plan: MaskingPlan;
  readonly scope: MaskScope;
  /** Text under a JSON `response_format` is a JSON document too. */
  readonly jsonText: boolean;
  /** Whether the upstream's dialect sends texts again when they are whole. */
  readonly keepsCopies: boolean;
  /** Most UTF-16 units of released text that are kept for copies; beyond it the stream is broken. */
  readonly maxCopyChars: number;
}

const BEFORE_TOKEN = "| ";

/**
 * Masks one answer: every channel by itself, in the order of its own text. Turns decoded events into
 * entries; what a channel holds back comes out with a later event, or when the channel ends. After a
 * failure nothing that is held comes out.
 */
export class AnswerMasker {
  readonly #options: AnswerMaskerOptions;
  readonly #channels = new Map<number, ChannelState>();
  readonly #templates = new Map<Template, number>();
  #numbered = 0;
  #copied = 0;
  #bodies: EntryBody[] = [];

  constructor(options: AnswerMaskerOptions) {
    this.#options = options;
  }

  /** UTF-16 units of input that are held over all channels. */
  get held(): number {
    let sum = 0;
    for (const { masker, isEnded } of this.#channels.values()) if (!isEnded) sum += masker.held;
    return sum;
  }

  take(events: readonly DecodedEvent[]): Released {
    this.#bodies = [];
    let failure: SluiceError | null = null;
    try {
      for (const event of events) this.#event(event);
    } catch (thrown) {
      failure =
        thrown instanceof SluiceError
          ? thrown
          : new SluiceError(
              "masking_failed",
              "The answer could not be masked and was stopped.",
              {},
              {
                cause: asSluiceError(thrown),
              },
            );
    }
    return { bodies: this.#bodies, failure };
  }

  #event(event: DecodedEvent): void {
    switch (event.type) {
      case "delta":
        this.#delta(event);
        break;
      case "output":
        this.#output(event);
        break;
      case "failed":
        throw event.error;
      case "finished":
        this.#flushAll();
    }
  }

  #delta({
    channel,
    text,
    template,
    logprobs,
    later,
    unsealed,
  }: Extract<DecodedEvent, { type: "delta" }>): void {
    const state = this.#stateOf(channel, true);
    if (state.isEnded)
      throw new SluiceError("upstream_broken", "The model sent text on a channel that had ended.");
    if (template !== null) {
      state.template = template;
      state.unsealed = unsealed ?? null;
    }
    if (logprobs !== null) {
      state.logprobs?.push(
        logprobs.map(({ text: said, json, alternatives }) => ({
          text: said,
          native: this.#areClean(alternatives) ? json : null,
        })),
      );
    }
    const released = state.masker.feed(text);
    this.#release(state, released);
    if (template === null || later === undefined) return;
    // The text may come out under the envelope of another event; what this one announces must not wait for it.
    if (released === "") this.#announce(template);
    state.template = later;
    state.unsealed = null;
  }

  #announce(template: Template): void {
    if (!this.#isClean(template)) return;
    const { event, before, middle, after } = template;
    const native = `${before}""${middle === null ? "" : `${middle}null`}${after}`;
    this.#bodies.push({ type: "output", items: [], event, native, findings: NO_FINDINGS });
  }

  #release(state: ChannelState, text: string): void {
    const { masker } = state;
    const findings = masker.regions.length === 0 ? NO_FINDINGS : this.#findings(state, masker.regions);
    if (masker.covered.length > 0) state.isMasked = true;
    const released = state.logprobs?.release(masker.releasedInput, masker.covered) ?? [];
    const free = released.filter((json) => json !== null);
    if (text !== "") this.#chunk(state, { text, findings, logprobs: free });
    if (masker.cut !== null) throw cutBy(masker.cut);
  }

  #chunk(
    state: ChannelState,
    {
      text,
      findings,
      logprobs,
    }: { readonly text: string; readonly findings: readonly Finding[]; readonly logprobs: readonly string[] },
  ): void {
    if (state.released !== null) {
      this.#copied += text.length;
      if (this.#copied > this.#options.maxCopyChars)
        throw new SluiceError(
          "upstream_broken",
          "The answer is longer than the limit for answers with copies.",
        );
      state.released += text;
    }
    const body: ChunkBody = {
      type: "chunk",
      channel: state.channel.id,
      text,
      template: this.#templateOf((state.isMasked ? state.unsealed : null) ?? state.template),
      logprobs: logprobs.length === 0 ? null : `[${logprobs.join(",")}]`,
      findings,
    };
    this.#bodies.push(body);
  }

  #templateOf(template: Template | null): number {
    if (template === null) return -1;
    const known = this.#templates.get(template);
    if (known !== undefined) return known;
    // Ids and names of the envelope come from the model's side too: where a detector matches one, the chunk
    // goes without its envelope.
    if (!this.#isClean(template)) {
      this.#templates.set(template, -1);
      return -1;
    }
    const number = this.#numbered++;
    this.#templates.set(template, number);
    const { event, before, middle, after } = template;
    this.#bodies.push({ type: "template", template: number, event, before, middle, after });
    return number;
  }

  #isClean({ tokens }: Template): boolean {
    return tokens.every((token) => this.#token(token, []) === token);
  }

  /** Texts that cannot be changed where they stand. Nearly always none is to be masked, so that one look at all
   *  of them is enough. */
  #areClean(texts: readonly string[]): boolean {
    const all = texts.join("\n");
    return this.#token(all, []) === all || texts.every((text) => this.#token(text, []) === text);
  }

  #findings(state: ChannelState, regions: readonly MaskedRegion[]): readonly Finding[] {
    return regions.map(({ entity, detector, start, end, action }) => {
      if (action !== "observe") state.isMasked = true;
      return { entity, detector, start, end, action };
    });
  }

  #output(event: Extract<DecodedEvent, { type: "output" }>): void {
    this.#flush(event.flush);
    const findings: Finding[] = [];
    const items = event.items.map((item) => this.#item(item, findings));
    const native = event.native === null ? null : JSON.stringify(this.#native(event, findings));
    // A cut inside a structural event has thrown by now, so the event that held it never goes out.
    if (items.length === 0 && native === null) return;
    this.#bodies.push({ type: "output", items, event: event.event, native, findings });
  }

  #native(event: Extract<DecodedEvent, { type: "output" }>, findings: Finding[]): JsonValue | null {
    if (event.slots.length === 0 && event.dropIfMasked.length === 0 && event.hides === undefined)
      return event.native;
    let native = event.native;
    if (native === null) return null;
    for (const slot of event.slots) {
      const raw = valueAt(native, slot.path);
      if (slot.mode === "key") {
        if (!this.#areClean([String(slot.path.at(-1))])) native = withoutValue(native, slot.path);
        continue;
      }
      if (typeof raw === "string") native = withValue(native, slot.path, this.#slot(slot, raw, findings));
    }
    for (const { path, texts } of event.hides ?? []) {
      if (!this.#areClean(texts)) native = withoutValue(native, path);
    }
    // From the last to the first, so that removing an array's entry does not move the ones to come.
    for (const { path, channels, instead } of event.dropIfMasked.toReversed()) {
      if (!this.#isTouched(channels, findings)) continue;
      if (instead === undefined) native = withoutValue(native, path);
      else if (valueAt(native, path) !== undefined) native = withValue(native, path, instead);
    }
    return native;
  }

  #isTouched(channels: "any" | readonly number[], findings: readonly Finding[]): boolean {
    if (channels === "any") return findings.length > 0 || this.#anyMasked();
    return channels.some((id) => this.#channels.get(id)?.isMasked === true);
  }

  #slot(slot: TextSlot, raw: string, findings: Finding[]): string {
    if (slot.mode === "copy" && slot.channel !== null) {
      const state = this.#channels.get(slot.channel);
      if (state !== undefined && state.masker.releasedInput > 0 && state.released !== null)
        return state.released;
    }
    return slot.mode === "token" ? this.#token(raw, findings) : this.#whole(raw, slot.syntax, findings);
  }

  /** An id or a name is no field of a form: a kind that counts only as the whole of a text does not count
   *  there. Something in front of it keeps those away; some providers' ids have nine characters, as passports do. */
  #token(raw: string, findings: Finding[]): string {
    const masked = this.#whole(`${BEFORE_TOKEN}${raw}`, "text", findings);
    return masked.startsWith(BEFORE_TOKEN) ? masked.slice(BEFORE_TOKEN.length) : this.#whole(raw, "text", []);
  }

  #whole(raw: string, syntax: "text" | "json", findings: Finding[]): string {
    if (raw === "") return raw;
    const masked = this.#options.plan.maskWhole(raw, this.#options.scope, syntax);
    if (masked.cut !== null) throw cutBy(masked.cut);
    for (const { entity, detector, action } of masked.regions) {
      findings.push({ entity, detector, start: 0, end: 0, action });
    }
    return masked.text;
  }

  #item(item: OutputItem, findings: Finding[]): OutputItem {
    const whole = (text: string | null): string | null =>
      text === null || text === "" ? text : this.#token(text, findings);
    switch (item.type) {
      case "channel_closed":
        this.#close(item.channel);
        return item;
      case "message":
        return {
          ...item,
          role: this.#whole(item.role, "text", findings),
          responseId: whole(item.responseId),
          model: whole(item.model),
        };
      case "finish":
        return { ...item, native: this.#whole(item.native, "text", findings) };
      case "usage":
        return item;
      case "channel": {
        this.#stateOf(item.channel, false);
        const { toolName, toolCallId } = item.channel;
        const channel = { ...item.channel, toolName: whole(toolName), toolCallId: whole(toolCallId) };
        return { type: "channel", channel };
      }
      default:
        return item satisfies never;
    }
  }

  /** A channel whose first sign is its text is announced, for readers of the neutral events. */
  #stateOf(channel: Channel, announce: boolean): ChannelState {
    const known = this.#channels.get(channel.id);
    if (known !== undefined) return known;
    const { plan, scope, jsonText, keepsCopies } = this.#options;
    const isJson = channel.syntax === "json" || (jsonText && channel.kind === "text");
    const state: ChannelState = {
      channel,
      masker: plan.open(isJson ? "json" : "text", scope),
      logprobs:
        channel.kind === "text" || channel.kind === "refusal" ? new LogprobQueue<string | null>() : null,
      template: null,
      unsealed: null,
      released: keepsCopies ? "" : null,
      isMasked: false,
      isEnded: false,
    };
    this.#channels.set(channel.id, state);
    if (announce) {
      const findings: Finding[] = [];
      const items = [this.#item({ type: "channel", channel }, findings)];
      this.#bodies.push({ type: "output", items, event: null, native: null, findings });
    }
    return state;
  }

  #anyMasked(): boolean {
    for (const { isMasked } of this.#channels.values()) if (isMasked) return true;
    return false;
  }

  #flush(which: "none" | "all" | readonly number[]): void {
    if (which === "none") return;
    for (const id of which === "all" ? this.#channels.keys() : which) this.#close(id);
  }

  #flushAll(): void {
    for (const id of this.#channels.keys()) this.#close(id);
  }

  #close(id: number): void {
    const state = this.#channels.get(id);
    if (state === undefined || state.isEnded) return;
    this.#release(state, state.masker.end());
    state.isEnded = true;
  }
}

function cutBy({ entity, detector }: MaskedRegion): SluiceError {
  return new SluiceError(
    "policy_denied",
    `The answer was cut: it went on with ${entity}, which policy does not release.`,
    {
      rule: detector,
    },
  );
}
