import {
  boolean,
  byteSize,
  choice,
  duration,
  INVALID,
  integer,
  list,
  mapped,
  oneOfKeys,
  optional,
  placed,
  record,
  required,
  type Shape,
  type ShapeOf,
  table,
  text,
  withDefault,
} from "../documents/index.js";
import { ISSUER_DEFAULTS, TOKEN_ALGORITHMS } from "../domain/issuer.js";

const name = (what: string) => text({ what, maxLength: 128 });
const path = (what: string) => text({ what, maxLength: 4096 });
const url = text({ what: "a URL", maxLength: 2048 });
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const MiB = 1 << 20;

/** Read without repeating what is refused: by mistake it may be the secret itself. */
const variableName: Shape<string> = {
  expects: "the name of an environment variable",
  read: (node) => {
    if (typeof node.scalar === "string" && /^[A-Za-z_][A-Za-z0-9_]{0,255}$/.test(node.scalar))
      return node.scalar;
    node.report(
      "expected the name of an environment variable, such as OPENAI_API_KEY; its value stays there",
    );
    return INVALID;
  },
  schema: () => ({ type: "string", pattern: "^[A-Za-z_][A-Za-z0-9_]{0,255}$" }),
};

const secretSource = oneOfKeys(
  {},
  { env: variableName, file: path("the path of a file that holds it") },
  "where the secret comes from: `env` or `file`",
);

/** Where a secret comes from; it never stands in the file itself. */
const secret: typeof secretSource = {
  ...secretSource,
  read: (node) => {
    if (node.kind === "map") return secretSource.read(node);
    node.report("expected { env: VARIABLE } or { file: PATH }; a secret never stands in the file itself");
    return INVALID;
  },
};

const address = mapped(text({ what: "host:port", maxLength: 256 }), (written) => written);

const listenShape = record(
  {
    http: withDefault(address, "127.0.0.1:8080", "HTTP and WebSocket, host:port."),
    grpc: withDefault(address, "127.0.0.1:50051", "gRPC, host:port."),
    insecure: withDefault(
      boolean(),
      false,
      "Allow plaintext beyond loopback, for example behind a TLS proxy.",
    ),
  },
  "where to listen",
);

const tlsOf = record(
  {
    cert: required(path("the path of a PEM certificate chain"), "Certificate chain, PEM."),
    key: required(path("the path of a PEM private key"), "Private key, PEM."),
    clientCa: optional(
      path("the path of a PEM file"),
      "Authorities whose client certificates are demanded (mTLS).",
    ),
  },
  "TLS files",
);

const claimsShape = record(
  {
    subject: withDefault(name("a claim"), "sub", "Claim that names the subject."),
    groups: optional(name("a claim"), "Claim that lists groups; without it tokens give no groups."),
    team: optional(name("a claim"), "Claim that names the team."),
    tenant: optional(name("a claim"), "Claim that names the tenant; default: the issuer."),
    attributes: withDefault(
      table(name("an attribute"), name("a claim")),
      new Map(),
      "Attribute -> claim, for `who` and `when` of policies.",
    ),
  },
  "which claims become what",
);

const groupNames = list(name("a group"), { min: 0 });
const rolesShape = record(
  {
    reviewer: withDefault(groupNames, [], "Groups whose members are reviewers."),
    auditor: withDefault(groupNames, [], "Groups whose members are auditors."),
    operator: withDefault(groupNames, [], "Groups whose members are operators."),
  },
  "role -> groups",
);

const issuerShape = record(
  {
    issuer: required(placed(url), "Exactly what `iss` holds, and where discovery starts."),
    audiences: required(list(name("an audience")), "One of these must stand in `aud`."),
    algorithms: withDefault(
      list(choice(...TOKEN_ALGORITHMS)),
      ISSUER_DEFAULTS.algorithms,
      "Signature algorithms taken.",
    ),
    typ: optional(name("a token type"), "Header `typ` demanded, for example `at+jwt`."),
    claims: withDefault(
      claimsShape,
      {
        ...ISSUER_DEFAULTS.claims,
        groups: undefined,
        team: undefined,
        tenant: undefined,
        attributes: new Map(),
      },
      "Which claims become what.",
    ),
    groupsPrefix: withDefault(
      text({ what: "a prefix", minLength: 0, maxLength: 64 }),
      "",
      "Put before every group of this issuer.",
    ),
    require: withDefault(
      table(name("a claim"), list(name("a value"))),
      new Map(),
      "Claim -> values of which one is demanded.",
    ),
    roles: withDefault(rolesShape, { reviewer: [], auditor: [], operator: [] }, "Roles by group."),
    clockTolerance: withDefault(
      duration({ minMs: 0, maxMs: 5 * minute }),
      0,
      "Tolerance for `exp` and `nbf`.",
    ),
    refresh: withDefault(
      duration({ minMs: second, maxMs: day }),
      ISSUER_DEFAULTS.refreshMs,
      "Time between two fetches of the keys.",
    ),
    maxStale: withDefault(
      duration({ minMs: 0, maxMs: 7 * day }),
      ISSUER_DEFAULTS.maxStaleMs,
      "How long keys serve that cannot be fetched again.",
    ),
    timeout: withDefault(
      duration({ minMs: 100, maxMs: minute }),
      ISSUER_DEFAULTS.timeoutMs,
      "For one fetch.",
    ),
    jwksUri: optional(url, "Address of the keys; skips discovery."),
    ca: optional(path("the path of a PEM file"), "Authorities that may certify the issuer's host."),
    insecure: withDefault(boolean(), false, "Allow http beyond loopback."),
  },
  "an issuer",
);

const identityShape = record(
  {
    issuers: required(list(issuerShape, { max: 50 }), "Issuers whose tokens are taken."),
    revoked: withDefault(
      list(name("a subject"), { min: 0, max: 10_000 }),
      [],
      "Subjects that are refused whatever their token says.",
    ),
    blockAll: withDefault(boolean(), false, "Kill switch: refuse everybody."),
  },
  "identity",
);

const connectionShape = record(
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

const recordingShape = record(
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

const customDetector = record(
  {
    id: required(name("an id such as custom/badge"), "Unique id."),
    entity: required(name("an entity such as BADGE_NUMBER"), "What it finds."),
    label: optional(name("a label"), "Label in the placeholder; must hold an underscore."),
    pattern: required(
      placed(text({ what: "a pattern", maxLength: 4000 })),
      "ECMAScript regular expression; its first group, or the match, is masked.",
    ),
    ignoreCase: withDefault(boolean(), false, "Whether case is folded."),
    validator: optional(name("a validator"), "Check of a candidate, for example `luhn`."),
    context: optional(
      list(text({ what: "a word", maxLength: 100 })),
      "Counts only after one of these words.",
    ),
    specificity: withDefault(integer({ min: 0, max: 100 }), 50, "Which label wins: the higher."),
    example: required(
      text({ what: "an example", maxLength: 4000 }),
      "Text in which it must find something; checked at load.",
    ),
    counterExample: required(
      text({ what: "a counter-example", maxLength: 4000 }),
      "Text in which it must find nothing; checked at load.",
    ),
  },
  "a detector",
);

const detectorsShape = record(
  {
    import: withDefault(
      list(
        oneOfKeys(
          {},
          { gitleaks: path("the path of a gitleaks TOML"), presidio: path("the path of a Presidio YAML") },
          "an import: `gitleaks` or `presidio`",
        ),
        { min: 0, max: 20 },
      ),
      [],
      "Files of foreign rules.",
    ),
    custom: withDefault(list(customDetector, { min: 0, max: 500 }), [], "Detectors of your own."),
  },
  "detectors",
);

/** The whole configuration file. */
export const configShape = record(
  {
    listen: withDefault(
      listenShape,
      { http: "127.0.0.1:8080", grpc: "127.0.0.1:50051", insecure: false },
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
    policies: required(placed(path("the path of a policy file")), "File of policies."),
    approvals: withDefault(
      record(
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
      ),
      { path: undefined, plainWait: 240 * second, heartbeat: 5 * second },
      "Reviews.",
    ),
    limits: withDefault(
      record(
        {
          body: withDefault(byteSize({ min: 1024, max: 256 * MiB }), 4 * MiB, "Largest request."),
          sessions: withDefault(integer({ min: 1, max: 1_000_000 }), 2000, "Sessions at once."),
          streamsPerSocket: withDefault(integer({ min: 1, max: 10_000 }), 100, "Sessions on one WebSocket."),
          answer: withDefault(
            byteSize({ min: 1024, max: 1024 * MiB }),
            64 * MiB,
            "Largest answer of a model.",
          ),
          event: withDefault(
            byteSize({ min: 1024, max: 64 * MiB }),
            4 * MiB,
            "Largest event of a model's stream.",
          ),
          choices: withDefault(integer({ min: 1, max: 1000 }), 16, "Choices of one answer."),
          channels: withDefault(integer({ min: 1, max: 10_000 }), 256, "Channels of one answer."),
        },
        "limits",
      ),
      {
        body: 4 * MiB,
        sessions: 2000,
        streamsPerSocket: 100,
        answer: 64 * MiB,
        event: 4 * MiB,
        choices: 16,
        channels: 256,
      },
      "Limits.",
    ),
    timeouts: withDefault(
      record(
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
          drain: withDefault(
            duration({ minMs: 0, maxMs: hour }),
            10 * second,
            "How long SIGTERM waits for open sessions.",
          ),
        },
        "timeouts",
      ),
      { stall: 30 * second, grace: 30 * second, drain: 10 * second },
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
