import { duration, optional, record, withDefault } from "../../documents/index.js";
import { minute, path, second } from "./scalars.js";

/** `approvals`: where sealed requests wait, and how long a plain HTTP caller does. */
export const approvalsShape = record(
  {
    path: optional(path("a folder"), "Folder of sealed requests; default: beside the keys."),
    plainWait: withDefault(
      duration({ minMs: second, maxMs: 280 * second }),
      240 * second,
      "How long a plain (not streamed) request waits for its review.",
    ),
    heartbeat: withDefault(
      duration({ minMs: second, maxMs: minute }),
      5 * second,
      "Comments on a stream that waits.",
    ),
  },
  "approvals",
);
