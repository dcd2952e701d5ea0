import type { Channel } from "../../domain/channel.js";
import type { JsonPath } from "../../domain/json.js";
import type { Place } from "./places.js";

export interface Choice {
  readonly index: number;
  finished: boolean;
}

/** A piece of text, where it stands in the whole event, and its channel. */
export interface Found {
  readonly choice: Choice;
  readonly path: JsonPath;
  readonly text: string;
  readonly place: Place | null;
  readonly channel: Channel;
}
