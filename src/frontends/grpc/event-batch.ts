import type { Entry, EntryOf } from "../../domain/entry.js";
import { toEvent } from "../event.js";
import { ByteSink, byteLengthOf, doubleSize, varintSize } from "./wire-format.js";

/** Writes `sluice.v1.EventBatch`. */
export interface EventBatchCodec {
  /** Null: none of the entries has an event. */
  encode(entries: readonly Entry[]): Buffer | null;
}

const TAG_EVENTS = 0x0a;
const TAG_SEQ = 0x08;
const TAG_OFFSET = 0x11;
const TAG_CHUNK = 0x42;
const TAG_CHANNEL = 0x08;
const TAG_TEXT = 0x12;

/**
 * Chunks without findings are nearly all there is, so they are written by hand, several times faster
 * than through descriptors; everything else goes through protobufjs. A test holds both to the same bytes.
 */
export function eventBatchCodec(serializeEvent: (event: object) => Uint8Array): EventBatchCodec {
  return {
    encode(entries) {
      const sink = new ByteSink(entries.length * 64);
      for (const entry of entries) {
        if (isPlainChunk(entry)) writeChunk(sink, entry);
        else {
          const message = toEvent(entry);
          if (message !== null) writeEvent(sink, serializeEvent(message));
        }
      }
      return sink.length === 0 ? null : sink.finish();
    },
  };
}

function isPlainChunk(entry: Entry): entry is EntryOf<"chunk"> {
  return entry.type === "chunk" && entry.findings.length === 0 && !entry.logprobs;
}

function writeEvent(sink: ByteSink, bytes: Uint8Array): void {
  sink.byte(TAG_EVENTS);
  sink.varint(bytes.length);
  sink.bytes(bytes);
}

function writeChunk(sink: ByteSink, { seq, offsetUs, channel, text }: EntryOf<"chunk">): void {
  const textBytes = byteLengthOf(text);
  const channelSize = channel === 0 ? 0 : 1 + varintSize(channel);
  const chunkSize = channelSize + (textBytes === 0 ? 0 : 1 + varintSize(textBytes) + textBytes);
  const offsetSize = offsetUs === 0 ? 0 : 1 + doubleSize;
  const eventSize = 1 + varintSize(seq) + offsetSize + 1 + varintSize(chunkSize) + chunkSize;
  sink.byte(TAG_EVENTS);
  sink.varint(eventSize);
  sink.byte(TAG_SEQ);
  sink.varint(seq);
  if (offsetUs !== 0) {
    sink.byte(TAG_OFFSET);
    sink.double(offsetUs / 1000);
  }
  sink.byte(TAG_CHUNK);
  sink.varint(chunkSize);
  if (channel !== 0) {
    sink.byte(TAG_CHANNEL);
    sink.varint(channel);
  }
  if (textBytes === 0) return;
  sink.byte(TAG_TEXT);
  sink.varint(textBytes);
  sink.text(text, textBytes);
}
