import { byteSize, choice, integer, optional, record, withDefault } from "../../documents/index.js";
import { MiB, path } from "./scalars.js";

/** `recording`: the store of the session log. */
export const recordingShape = record(
  {
    store: withDefault(choice("level", "memory"), "level", "`memory` forgets everything at exit."),
    path: withDefault(path("a folder"), "./data", "Folder of the store."),
    durability: withDefault(
      choice("commit", "fsync"),
      "commit",
      "`commit` survives the death of the process, `fsync` the loss of power.",
    ),
    minFree: withDefault(
      byteSize({ min: 0, max: 1024 * 1024 * MiB }),
      256 * MiB,
      "Below this free space nothing new is admitted.",
    ),
    maxLead: withDefault(
      integer({ min: 16, max: 100_000 }),
      256,
      "Entries that a model may be ahead of the fastest reader.",
    ),
    retention: withDefault(
      record(
        {
          days: optional(integer({ min: 1, max: 36_500 }), "Sessions older than this are deleted."),
          size: optional(
            byteSize({ min: MiB, max: 1024 * 1024 * 1024 * MiB }),
            "Beyond this the oldest are deleted.",
          ),
        },
        "what is kept",
      ),
      { days: undefined, size: undefined },
      "What is kept; default: everything.",
    ),
  },
  "recording",
);
