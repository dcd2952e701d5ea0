import type { Channel } from "../domain/channel.js";
import type { DialectName, Entry, EntryOf, FinishReason, OutputItem, Usage } from "../domain/entry.js";

/** What a log has said about one choice. */
export interface ChoiceFacts {
  readonly index: number;
  readonly role: string;
  readonly responseId: string | null;
  readonly model: string | null;
  readonly createdS: number | null;
  readonly finish: { readonly reason: FinishReason; readonly native: string } | null;
}

/** What an encoder has to remember of the entries before: every encoder reads a log through one. */
export class LogReader {
  readonly #dialect: DialectName;
  readonly #channels = new Map<number, Channel>();
  readonly #choices = new Map<number, ChoiceFacts>();
  readonly #templates = new Map<number, EntryOf<"template">>();
  #opened: EntryOf<"opened"> | null = null;
  #native = false;
  #usage: Usage | null = null;

  /** @param dialect The caller's. */
  constructor(dialect: DialectName) {
    this.#dialect = dialect;
  }

  /** Whether the upstream speaks the caller's dialect. */
  get native(): boolean {
    return this.#native;
  }

  get session(): string {
    return this.#opened?.session ?? "";
  }

  /** The upstream's name of the model where it gave one, else the caller's. */
  get model(): string {
    return this.#first((choice) => choice.model) ?? this.#opened?.model ?? "";
  }

  get responseId(): string | null {
    return this.#first((choice) => choice.responseId);
  }

  /** Seconds since the epoch. */
  get createdS(): number {
    return this.#first((choice) => choice.createdS) ?? Math.floor((this.#opened?.openedAtMs ?? 0) / 1000);
  }

  get choices(): readonly ChoiceFacts[] {
    return [...this.#choices.values()].sort((a, b) => a.index - b.index);
  }

  /** All that was reported, later figures over earlier ones. */
  get usage(): Usage | null {
    return this.#usage;
  }

  /** In order of appearance. */
  get channels(): readonly Channel[] {
    return [...this.#channels.values()];
  }

  channel(id: number): Channel | undefined {
    return this.#channels.get(id);
  }

  template(id: number): EntryOf<"template"> | undefined {
    return this.#templates.get(id);
  }

  /** Takes note of an entry; call it before the entry is encoded. */
  read(entry: Entry): void {
    if (entry.type === "opened") this.#opened = entry;
    else if (entry.type === "upstream_opened") this.#native = entry.dialect === this.#dialect;
    else if (entry.type === "template") this.#templates.set(entry.template, entry);
    else if (entry.type === "output") for (const item of entry.items) this.#item(item);
  }

  #item(item: OutputItem): void {
    switch (item.type) {
      case "message":
        this.#choices.set(item.choice, { ...item, index: item.choice, finish: null });
        return;
      case "channel":
        this.#channels.set(item.channel.id, item.channel);
        return;
      case "finish": {
        const known = this.#choices.get(item.choice) ?? unseen(item.choice);
        this.#choices.set(item.choice, { ...known, finish: item });
        return;
      }
      case "usage":
        this.#usage = merged(this.#usage, item.usage);
        return;
      case "channel_closed":
        return;
      default:
        item satisfies never;
    }
  }

  #first<Value>(of: (choice: ChoiceFacts) => Value | null): Value | null {
    for (const choice of this.#choices.values()) {
      const value = of(choice);
      if (value !== null && value !== "") return value;
    }
    return null;
  }
}

function unseen(index: number): ChoiceFacts {
  return { index, role: "assistant", responseId: null, model: null, createdS: null, finish: null };
}

function merged(before: Usage | null, now: Usage): Usage {
  if (before === null) return now;
  return {
    promptTokens: now.promptTokens ?? before.promptTokens,
    completionTokens: now.completionTokens ?? before.completionTokens,
    totalTokens: now.totalTokens ?? before.totalTokens,
    reasoningTokens: now.reasoningTokens ?? before.reasoningTokens,
    cachedTokens: now.cachedTokens ?? before.cachedTokens,
  };
}
