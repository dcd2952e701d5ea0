import type { Channel } from "../domain/channel.js";
import type { TextRestorer } from "./call.js";
import type { PseudonymVault } from "./pseudonym-vault.js";

/** Names are at most this long: entity, nonce and number. What is longer is none. */
const MAX_NAME_CHARS = 96;

/**
 * A prompt that spells a name of this conversation would get somebody's value back. Such a lookalike is
 * broken by a zero-width space inside its nonce: the model reads it alike, and it names nothing.
 */
export function escapePseudonyms(text: string, nonce: string): string {
  if (!text.includes(nonce)) return text;
  return text.replaceAll(nonce, `${nonce.slice(0, 1)}\u200b${nonce.slice(1)}`);
}

export interface RestoreRules {
  readonly inTools: boolean;
  readonly inUrls: boolean;
}

/** Whether, and where, a session puts values back. Known once the request has been redacted. */
export interface Restoration {
  rules: RestoreRules | null;
}

/**
 * Puts the caller's own values back where the answer speaks of pseudonyms, in the caller's live stream
 * alone. Holds back only what may be the begin of a name. Never inside a URL or a tool's arguments unless
 * policy says so: a model could be talked into sending a value away through them.
 */
export class PseudonymRestorer implements TextRestorer {
  readonly #vault: PseudonymVault;
  readonly #restoration: Restoration;
  readonly #held = new Map<number, string>();
  /** The characters of the current word that went out, enough to tell whether it is a URL. */
  readonly #words = new Map<number, string>();
  readonly #tools = new Set<number>();

  readonly afterSeq: number;

  constructor(vault: PseudonymVault, restoration: Restoration, afterSeq = 0) {
    this.#vault = vault;
    this.#restoration = restoration;
    this.afterSeq = afterSeq;
  }

  holds(channel: number): boolean {
    return this.#held.has(channel);
  }

  get active(): boolean {
    return this.#restoration.rules !== null && this.#vault.table.size > 0;
  }

  get inTools(): boolean {
    return this.#restoration.rules?.inTools === true;
  }

  whole(text: string): string {
    const one = new PseudonymRestorer(this.#vault, this.#restoration);
    return one.feed(0, text) + one.end(0);
  }

  opened(channel: Channel): void {
    if (channel.kind === "tool_arguments" || channel.kind === "tool_text") this.#tools.add(channel.id);
  }

  feed(channel: number, text: string): string {
    const { rules } = this.#restoration;
    if (rules === null || (this.#tools.has(channel) && !rules.inTools)) return text;
    return this.#walk(channel, (this.#held.get(channel) ?? "") + text, false);
  }

  end(channel: number): string {
    const held = this.#held.get(channel) ?? "";
    this.#held.delete(channel);
    return this.#walk(channel, held, true);
  }

  #walk(channel: number, text: string, isLast: boolean): string {
    let out = "";
    let at = 0;
    this.#held.delete(channel);
    while (at < text.length) {
      const open = text.indexOf("<", at);
      if (open < 0) break;
      out += this.#pass(channel, text.slice(at, open));
      const close = text.indexOf(">", open);
      if (
        close < 0 &&
        !isLast &&
        text.length - open <= MAX_NAME_CHARS &&
        !/[^A-Za-z0-9_<]/.test(text.slice(open))
      ) {
        this.#held.set(channel, text.slice(open));
        return out;
      }
      const name = close < 0 ? "" : text.slice(open, close + 1);
      const value = name === "" ? undefined : this.#vault.table.valueOf(name);
      if (value === undefined) {
        out += this.#pass(channel, "<");
        at = open + 1;
        continue;
      }
      const isFree =
        this.#restoration.rules?.inUrls === true ||
        !/(?:[a-z][a-z0-9+.-]*:\/\/|\]\(|www\.|data:|mailto:)/i.test(this.#words.get(channel) ?? "");
      out += isFree ? value : name;
      at = close + 1;
    }
    return out + this.#pass(channel, text.slice(at));
  }

  /** Keeps the end of what went out since the last white space. */
  #pass(channel: number, text: string): string {
    const blank = Math.max(text.lastIndexOf(" "), text.lastIndexOf("\n"), text.lastIndexOf("\t"));
    const word = blank < 0 ? (this.#words.get(channel) ?? "") + text : text.slice(blank + 1);
    this.#words.set(channel, word.slice(-2048));
    return text;
  }
}
