import type { Channel } from "../domain/channel.js";
import { broken } from "./broken.js";

/** Everything of a channel but its number. */
export type ChannelShape = Omit<Channel, "id">;

/** The channels of one answer, numbered in the order in which they appear. */
export class ChannelTable {
  readonly #byKey = new Map<string, Channel>();
  readonly #all: Channel[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): Channel | undefined {
    return this.#byKey.get(key);
  }

  /** Numbers a channel; a later one of the same key takes its place. @throws SluiceError `upstream_broken` beyond the limit. */
  add(key: string, shape: ChannelShape): Channel {
    if (this.#all.length >= this.#limit) throw broken(`it holds more than ${this.#limit} channels`);
    const channel: Channel = { id: this.#all.length, ...shape };
    this.#all.push(channel);
    this.#byKey.set(key, channel);
    return channel;
  }

  all(): readonly Channel[] {
    return this.#all;
  }

  /** Numbers of the channels of a choice. */
  ofChoice(choice: number): readonly number[] {
    return this.#all.filter((channel) => channel.choice === choice).map((channel) => channel.id);
  }
}
