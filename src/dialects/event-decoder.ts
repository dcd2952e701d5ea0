import { asSluiceError } from "../domain/errors.js";
import type { DecodedEvent, Decoder } from "./dialect.js";

/** Told each event of a stream: its name where the framing has one, and its data. */
export type EventSink = (name: string | null, data: string) => void;

export interface FramingLimits {
  /** Most UTF-16 units of one event, or line. */
  readonly eventBytes: number;
  /** Most bytes of the whole body. */
  readonly totalBytes: number;
}

/** Cuts a body into events. */
export interface Framing {
  push(bytes: Buffer, sink: EventSink): void;
  /** The body ended; what its last event lacks is made up for. */
  end(sink: EventSink): void;
}

/**
 * What the stream decoders share: the events of one read are gathered one by one, so that those before a fault
 * are delivered and the fault, which may stand in the same read, comes last and once.
 */
export abstract class EventDecoder implements Decoder {
  readonly #framing: Framing;
  #events: DecodedEvent[] = [];
  #hasFailed = false;

  constructor(framing: Framing) {
    this.#framing = framing;
  }

  push(bytes: Buffer): readonly DecodedEvent[] {
    return this.#gather(() => this.#framing.push(bytes, this.#take));
  }

  end(): readonly DecodedEvent[] {
    return this.#gather(() => {
      this.#framing.end(this.#take);
      if (!this.#hasFailed) this.ended(this.#events);
    });
  }

  /** Adds what one event means. Throws SluiceError `upstream_broken` for what breaks the dialect's rules. */
  protected abstract event(name: string | null, data: string, events: DecodedEvent[]): void;

  /** Adds what the end of the body means. */
  protected ended(_events: DecodedEvent[]): void {}

  #gather(read: () => void): readonly DecodedEvent[] {
    if (this.#hasFailed) return [];
    try {
      read();
    } catch (thrown) {
      this.#fail(thrown, this.#events.length);
    }
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** An event that breaks a rule in its middle is broken as a whole. */
  readonly #take: EventSink = (name, data) => {
    if (this.#hasFailed) return;
    const before = this.#events.length;
    try {
      this.event(name, data, this.#events);
    } catch (thrown) {
      this.#fail(thrown, before);
    }
  };

  #fail(thrown: unknown, whole: number): void {
    this.#hasFailed = true;
    this.#events.length = whole;
    this.#events.push({ type: "failed", error: asSluiceError(thrown) });
  }
}
