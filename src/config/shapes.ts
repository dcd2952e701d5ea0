import {
  boolean,
  choice,
  duration,
  integer,
  list,
  optional,
  placed,
  record,
  required,
  type ShapeOf,
  withDefault,
} from "../documents/index.js";
import { approvalsShape } from "./shapes/approvals-shape.js";
import { connectionShape } from "./shapes/connection-shape.js";
import { detectorsShape } from "./shapes/detectors-shape.js";
import { identityShape } from "./shapes/identity-shape.js";
import { limitsShape, timeoutsShape } from "./shapes/limits-shape.js";
import { listenShape, tlsOf } from "./shapes/listen-shape.js";
import { notificationsShape } from "./shapes/notifications-shape.js";
import { besidePolicies, policiesShape } from "./shapes/policies-shape.js";
import { recordingShape } from "./shapes/recording-shape.js";
import { hour, MiB, minute, path, second, url } from "./shapes/scalars.js";
import type { secret } from "./shapes/secret-shape.js";

/** The whole configuration file. */
export const configShape = record(
  {
    listen: withDefault(
      listenShape,
      { http: "127.0.0.1:8080", grpc: "127.0.0.1:50051", metrics: undefined, insecure: false },
      "Where to listen.",
    ),
    tls: withDefault(
      record({ http: optional(tlsOf, "For HTTP and WebSocket."), grpc: optional(tlsOf, "For gRPC.") }, "TLS"),
      { http: undefined, grpc: undefined },
      "TLS.",
    ),
    identity: required(identityShape, "Who is believed."),
    connections: required(
      list(connectionShape, { max: 200 }),
      "Models; a request goes to the first connection whose models match.",
    ),
    recording: withDefault(
      recordingShape,
      {
        store: "level",
        path: "./data",
        durability: "commit",
        minFree: 256 * MiB,
        maxLead: 256,
        retention: { days: undefined, size: undefined },
      },
      "The session log.",
    ),
    keys: withDefault(
      record({ dir: withDefault(path("a folder"), "./keys", "Folder of the keys; files 0600.") }, "keys"),
      { dir: "./keys" },
      "Keys, kept outside the store.",
    ),
    detectors: withDefault(detectorsShape, { import: [], custom: [] }, "Detectors beside the built-in ones."),
    masking: withDefault(
      record(
        {
          maxCandidateChars: withDefault(
            integer({ min: 64, max: 4096 }),
            512,
            "A candidate alive for so many characters counts as a match.",
          ),
        },
        "masking",
      ),
      { maxCandidateChars: 512 },
      "Masking.",
    ),
    policies: required(
      placed(policiesShape),
      "File of policies, or the list itself; a reload takes up what changed.",
    ),
    topics: optional(placed(besidePolicies("topics")), "Topics, where the policies stand in this file."),
    tests: optional(placed(besidePolicies("tests")), "Tests, where the policies stand in this file."),
    approvals: withDefault(
      approvalsShape,
      { path: undefined, plainWait: 240 * second, heartbeat: 5 * second },
      "Reviews.",
    ),
    notifications: withDefault(
      notificationsShape,
      { link: undefined, webhooks: [], slack: [] },
      "Who is told of reviews. Messages hold nothing of the prompt.",
    ),
    limits: withDefault(
      limitsShape,
      {
        body: 4 * MiB,
        sessions: 2000,
        waiting: 512,
        loopDelay: 200,
        heapPercent: 85,
        streamsPerSocket: 100,
        responsesPerSocket: 16,
        conversations: 128 * MiB,
        callerConversations: 16 * MiB,
        socketConversations: 8 * MiB,
        answer: 64 * MiB,
        event: 4 * MiB,
        choices: 16,
        channels: 256,
      },
      "Limits.",
    ),
    timeouts: withDefault(
      timeoutsShape,
      { stall: 30 * second, grace: 30 * second, admission: 2 * second, socketAge: hour, drain: 10 * second },
      "Timeouts.",
    ),
    origins: withDefault(list(url, { min: 0 }), [], "Origins of web pages that may call."),
    ledger: withDefault(
      record(
        {
          anchorFile: optional(path("a file"), "File that signed heads of the ledger are appended to."),
          anchorEvery: withDefault(duration({ minMs: second, maxMs: hour }), minute, "At least so often."),
          stdout: withDefault(boolean(), false, "Print them too."),
        },
        "ledger",
      ),
      { anchorFile: undefined, anchorEvery: minute, stdout: false },
      "Anchors of the ledger.",
    ),
    log: withDefault(
      record(
        { level: withDefault(choice("debug", "info", "warn", "error", "silent"), "info", "Least level.") },
        "log",
      ),
      { level: "info" },
      "The operator's log.",
    ),
  },
  "a configuration",
);

export type WrittenConfig = ShapeOf<typeof configShape>;
export type WrittenConnection = WrittenConfig["connections"][number];
export type WrittenIssuer = WrittenConfig["identity"]["issuers"][number];
export type WrittenSecret = ShapeOf<typeof secret>;
