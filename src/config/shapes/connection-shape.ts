import {
  choice,
  duration,
  integer,
  list,
  optional,
  placed,
  record,
  required,
  table,
  text,
  withDefault,
} from "../../documents/index.js";
import { day, hour, minute, name, path, second, url } from "./scalars.js";
import { secret } from "./secret-shape.js";

/** One model endpoint of `connections`. */
export const connectionShape = record(
  {
    name: required(placed(name("the name of a connection")), "Unique; policies name it."),
    dialect: required(choice("openai", "anthropic", "gemini", "ollama", "demo"), "What the endpoint speaks."),
    url: optional(placed(url), "Base URL, for example https://api.openai.com/v1; not for `demo`."),
    credential: optional(placed(secret), "The provider's key."),
    models: required(list(name("a model or a glob")), "Models it serves; `*` stands for anything."),
    aliases: withDefault(
      table(name("a model"), name("a model")),
      new Map(),
      "Name for callers -> name of the upstream.",
    ),
    headers: withDefault(
      table(name("a header"), text({ what: "a value", maxLength: 4096 })),
      new Map(),
      "Further headers of every call.",
    ),
    passFields: withDefault(
      list(name("a field"), { min: 0 }),
      [],
      "Fields beyond the dialect's own that pass; each answer field becomes a masked channel.",
    ),
    apiVersion: optional(name("a version"), "api-version of Azure."),
    proxy: optional(url, "Egress proxy."),
    ca: optional(path("the path of a PEM file"), "Authorities that may certify the host."),
    maxConcurrent: withDefault(
      integer({ min: 1, max: 100_000 }),
      1000,
      "Calls at once; more are refused as overloaded.",
    ),
    tokensPerSecond: withDefault(
      integer({ min: 0, max: 1_000_000 }),
      40,
      "Speed of the `demo` dialect; 0 is as fast as it goes.",
    ),
    connectTimeout: withDefault(duration({ minMs: 50, maxMs: 5 * minute }), 10 * second, "To a connection."),
    firstTokenTimeout: withDefault(duration({ minMs: 100, maxMs: hour }), 2 * minute, "To the first text."),
    progressTimeout: withDefault(
      duration({ minMs: 100, maxMs: hour }),
      minute,
      "Between two pieces of text.",
    ),
    totalTimeout: withDefault(duration({ minMs: second, maxMs: day }), 30 * minute, "For the whole answer."),
  },
  "a connection",
);
