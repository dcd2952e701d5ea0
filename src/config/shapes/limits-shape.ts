import { byteSize, duration, integer, record, withDefault } from "../../documents/index.js";
import { hour, MiB, minute, second } from "./scalars.js";

/** `limits`: sizes and counts. */
export const limitsShape = record(
  {
    body: withDefault(byteSize({ min: 1024, max: 256 * MiB }), 4 * MiB, "Largest request."),
    sessions: withDefault(integer({ min: 1, max: 1_000_000 }), 2000, "Sessions at once."),
    waiting: withDefault(
      integer({ min: 0, max: 100_000 }),
      512,
      "Requests that wait for their turn to begin in a burst.",
    ),
    loopDelay: withDefault(
      duration({ minMs: 0, maxMs: 10 * second }),
      200,
      "Delay of the event loop, median of a second, from which new sessions are refused; 0 turns it off.",
    ),
    heapPercent: withDefault(
      integer({ min: 0, max: 100 }),
      85,
      "Share of the process's heap in use from which new sessions are refused; 0 turns it off.",
    ),
    streamsPerSocket: withDefault(integer({ min: 1, max: 10_000 }), 100, "Sessions on one WebSocket."),
    responsesPerSocket: withDefault(
      integer({ min: 1, max: 1000 }),
      16,
      "Responses at once on one WebSocket of the Responses API.",
    ),
    conversations: withDefault(
      byteSize({ min: 0, max: 16 * 1024 * MiB }),
      128 * MiB,
      "Turns of Responses conversations that are kept in memory, over all callers; 0 keeps none.",
    ),
    callerConversations: withDefault(
      byteSize({ min: 0, max: 1024 * MiB }),
      16 * MiB,
      "The same for one caller.",
    ),
    socketConversations: withDefault(
      byteSize({ min: 0, max: 256 * MiB }),
      8 * MiB,
      "The same for one WebSocket of the Responses API, which keeps what is not stored.",
    ),
    answer: withDefault(byteSize({ min: 1024, max: 1024 * MiB }), 64 * MiB, "Largest answer of a model."),
    event: withDefault(byteSize({ min: 1024, max: 64 * MiB }), 4 * MiB, "Largest event of a model's stream."),
    choices: withDefault(integer({ min: 1, max: 1000 }), 16, "Choices of one answer."),
    channels: withDefault(integer({ min: 1, max: 10_000 }), 256, "Channels of one answer."),
  },
  "limits",
);

/** `timeouts`: readers, sessions without one, and the drain. */
export const timeoutsShape = record(
  {
    stall: withDefault(
      duration({ minMs: second, maxMs: hour }),
      30 * second,
      "A reader that takes nothing for so long is cut; it may attach again.",
    ),
    grace: withDefault(
      duration({ minMs: 0, maxMs: hour }),
      30 * second,
      "How long a resumable session goes on without a reader.",
    ),
    admission: withDefault(
      duration({ minMs: 0, maxMs: minute }),
      2 * second,
      "How long a request waits for its turn to begin before it is refused.",
    ),
    socketAge: withDefault(
      duration({ minMs: minute, maxMs: 24 * hour }),
      hour,
      "How old a WebSocket of the Responses API may become.",
    ),
    drain: withDefault(
      duration({ minMs: 0, maxMs: hour }),
      10 * second,
      "How long SIGTERM waits for open sessions.",
    ),
  },
  "timeouts",
);
