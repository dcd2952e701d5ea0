import { JsonMasker } from "./json-masker.js";
import type { MaskScope } from "./operators/operator.js";
import type { PlannedRules } from "./planned-rules.js";
import { PseudonymTable } from "./pseudonyms.js";
import type { MaskedRegion, StreamMasker } from "./stream-masker.js";
import { TextMasker } from "./text-masker.js";

/** `json`: the text is one JSON document, such as the arguments of a tool call. */
export type ChannelKind = "text" | "json";

export interface MaskedText {
  readonly text: string;
  /** Offsets count in the masked text, and in the input. */
  readonly regions: readonly MaskedRegion[];
  /** Set when a cut rule matched; `text` ends there. */
  readonly cut: MaskedRegion | null;
}

/** Whole texts are read in pieces of this size, so that little is copied. */
const PIECE = 4096;

/** A list of rules, compiled. Shared by all streams that it applies to. */
export class MaskingPlan {
  readonly #rules: PlannedRules;

  constructor(rules: PlannedRules) {
    this.#rules = rules;
  }

  /** Number of detectors that the plan looks for. */
  get rulesActive(): number {
    return this.#rules.rules.detectors.length;
  }

  /** What the lint rewrote in the detectors of the plan. */
  get notes(): readonly string[] {
    return this.#rules.rules.notes;
  }

  open(kind: ChannelKind, scope: MaskScope): StreamMasker {
    switch (kind) {
      case "text":
        return new TextMasker(this.#rules, scope);
      case "json":
        return new JsonMasker(this.#rules, scope);
    }
  }

  maskWhole(text: string, scope: MaskScope, kind: ChannelKind = "text"): MaskedText {
    const masker = this.open(kind, scope);
    const regions: MaskedRegion[] = [];
    let masked = "";
    const keep = (piece: string): void => {
      for (const region of masker.regions) {
        regions.push({ ...region, start: region.start + masked.length, end: region.end + masked.length });
      }
      masked += piece;
    };
    for (let index = 0; index < text.length && masker.cut === null; index += PIECE) {
      keep(masker.feed(text.slice(index, index + PIECE)));
    }
    if (masker.cut === null) keep(masker.end());
    return { text: masked, regions, cut: masker.cut };
  }

  /** Reads samples as streams do, so that the automaton has the states that they need. */
  warmUp(samples: readonly string[]): void {
    const scope = { hashKey: new Uint8Array(32), pseudonyms: new PseudonymTable() };
    for (const sample of samples) this.maskWhole(sample, scope);
  }
}
