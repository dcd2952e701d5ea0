import { Finder } from "./finder.js";
import { frontierOf, waits } from "./frontier.js";
import { noteObserved } from "./observed.js";
import type { MaskScope } from "./operators/operator.js";
import { Placement } from "./placement.js";
import type { PlannedRules } from "./planned-rules.js";
import type { Region } from "./region.js";
import {
  type InputSpan,
  type MaskedRegion,
  maskingFailed,
  NO_MASKED_REGIONS,
  NO_SPANS,
  type StreamMasker,
} from "./stream-masker.js";

/** Masks a channel of plain text. */
export class TextMasker implements StreamMasker {
  readonly #plan: PlannedRules;
  readonly #scope: MaskScope;
  readonly #finder: Finder;
  /** Position up to which input was released. */
  #released = 0;
  #ended = false;
  regions: readonly MaskedRegion[] = NO_MASKED_REGIONS;
  covered: readonly InputSpan[] = NO_SPANS;
  cut: MaskedRegion | null = null;

  constructor(plan: PlannedRules, scope: MaskScope) {
    this.#plan = plan;
    this.#scope = scope;
    this.#finder = new Finder(plan);
  }

  get held(): number {
    if (this.#ended) return 0;
    return this.#finder.position - this.#released + this.#finder.carried;
  }

  get releasedInput(): number {
    return this.#finder.origin + this.#released;
  }

  feed(text: string): string {
    if (this.#ended || text === "") return this.#nothing();
    try {
      if (this.#plan.hasCuts) return this.#feedByUnit(text);
      this.#finder.read(text);
      return this.#release(this.#finder.live);
    } catch (cause) {
      this.#ended = true;
      throw maskingFailed(cause);
    }
  }

  /** Where the stream is cut depends on what was out at that moment, so each unit is its own moment. */
  #feedByUnit(text: string): string {
    let out = "";
    const regions: MaskedRegion[] = [];
    const covered: InputSpan[] = [];
    for (let index = 0; index < text.length && this.cut === null; index++) {
      this.#finder.read(text.charAt(index));
      const piece = this.#release(this.#finder.live);
      for (const region of this.regions) {
        regions.push({ ...region, start: region.start + out.length, end: region.end + out.length });
      }
      covered.push(...this.covered);
      out += piece;
    }
    this.covered = covered.length === 0 ? NO_SPANS : covered;
    this.regions = regions.length === 0 ? NO_MASKED_REGIONS : regions;
    return out;
  }

  end(): string {
    if (this.#ended) return this.#nothing();
    try {
      this.#finder.end();
      return this.#release(this.#finder.position);
    } catch (cause) {
      throw maskingFailed(cause);
    } finally {
      this.#ended = true;
    }
  }

  #nothing(): string {
    this.regions = NO_MASKED_REGIONS;
    this.covered = NO_SPANS;
    return "";
  }

  #release(live: number): string {
    const finder = this.#finder;
    if (this.regions !== NO_MASKED_REGIONS) this.regions = NO_MASKED_REGIONS;
    if (this.covered !== NO_SPANS) this.covered = NO_SPANS;
    const first = finder.masked[0];
    const isWaiting = first === undefined || first.start > live || waits(first, live);
    if (isWaiting && finder.observed.length === 0 && live >= this.#released) {
      finder.drop(this.#released);
      const to = first === undefined ? live : Math.max(this.#released, Math.min(live, first.start));
      this.#released = to;
      const text = finder.take(to);
      if (finder.excess > 0) this.#rebase(finder.excess);
      return text;
    }
    const text = new Release(this.#plan, this.#scope, finder).run(this.#released, live);
    this.#released = text.released;
    if (text.regions.length > 0) this.regions = text.regions;
    if (text.covered.length > 0) this.covered = text.covered;
    this.cut = text.cut;
    if (text.cut !== null) this.#ended = true;
    finder.drop(this.#ended ? finder.position : Math.min(this.#released, Math.max(live, finder.neededFrom)));
    if (finder.excess > 0) this.#rebase(finder.excess);
    return text.out;
  }

  #rebase(by: number): void {
    this.#released -= by;
    this.#finder.rebase(by);
  }
}

/** One release that meets regions. */
class Release {
  readonly #plan: PlannedRules;
  readonly #scope: MaskScope;
  readonly #finder: Finder;
  readonly regions: MaskedRegion[] = [];
  readonly covered: InputSpan[] = [];
  cut: MaskedRegion | null = null;
  out = "";
  released = 0;
  #placement = new Placement(0);

  constructor(plan: PlannedRules, scope: MaskScope, finder: Finder) {
    this.#plan = plan;
    this.#scope = scope;
    this.#finder = finder;
  }

  /** Releases input from `from`, as far as nothing before `live` can change any more. */
  run(from: number, live: number): this {
    this.#placement = new Placement(from);
    this.released = from;
    const { masked } = this.#finder;
    const to = Math.max(from, frontierOf(this.#finder, { live, longest: this.#plan.longest }));
    let done = 0;
    for (const region of masked) {
      if (region.cut && region.start <= to) {
        this.#copyTo(region.start);
        this.cut = this.#found(region, { start: this.out.length, end: this.out.length });
        break;
      }
      if (region.end > to) break;
      this.#copyTo(region.start);
      this.#replace(region);
      if (region.end > live) break;
      done++;
    }
    masked.splice(0, done);
    if (this.cut === null) this.#copyTo(to);
    noteObserved(this.regions, {
      observed: this.#finder.observed,
      until: this.released,
      placement: this.#placement,
      describe: (region, at) => this.#found(region, at),
    });
    return this;
  }

  #copyTo(position: number): void {
    if (position <= this.released) return;
    this.out += this.#finder.text(this.released, position);
    this.released = position;
  }

  #replace(region: Region): void {
    const start = this.out.length;
    if (!region.opened) {
      this.out += this.#plan.placeholder(region, {
        scope: this.#scope,
        text: () => this.#finder.text(region.start, region.end),
      });
      region.opened = true;
      this.regions.push(this.#found(region, { start, end: this.out.length }));
    }
    this.#placement.add(region.start, region.end, { start, end: this.out.length });
    const { origin } = this.#finder;
    this.covered.push({ start: origin + this.released, end: origin + region.end });
    this.released = Math.max(this.released, region.end);
  }

  #found(region: Region, at: { readonly start: number; readonly end: number }): MaskedRegion {
    const detector = this.#plan.rules.detectors[(region.sticky ?? region.label).rule];
    return {
      entity: detector?.entity ?? "",
      detector: detector?.id ?? "",
      ...at,
      inputStart: this.#finder.origin + region.start,
      inputEnd: this.#finder.origin + region.end,
      action: region.cut ? "cut" : "mask",
    };
  }
}
