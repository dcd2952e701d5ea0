/** What a caller of one dialect may ask a model of another: it arrives, or it is refused with the field named. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { requireTranslatable } from "../../src/dialects/crossing.js";
import { clientDialects, upstreamDialects } from "../../src/dialects/index.js";
import type { CompletionRequest } from "../../src/dialects/request.js";
import { parseSluice } from "../../src/dialects/sluice/index.js";
import type { DialectName } from "../../src/domain/entry.js";
import { SluiceError } from "../../src/domain/errors.js";
import type { JsonObject } from "../../src/domain/json.js";

type Client = "openai-chat" | "openai-completions" | "openai-responses" | "anthropic-messages" | "sluice";
type Outcome = "yes" | "refused" | "left out";

const CLIENTS: readonly Client[] = [
  "openai-chat",
  "openai-completions",
  "openai-responses",
  "anthropic-messages",
  "sluice",
];
const UPSTREAMS = ["openai-chat", "openai-responses", "anthropic-messages", "gemini", "ollama"] as const;
type UpstreamName = (typeof UPSTREAMS)[number];

const PIXEL = "aVZCT1J3MEtHZ28=";
const SCHEMA = { type: "object", properties: { city: { type: "string", description: "mark-schema" } } };
const USER = { role: "user", content: "mark-text" };
const TOOL = { name: "look", description: "mark-tool", parameters: SCHEMA };
const CHAT_TOOL = { type: "function", function: TOOL };
const TOLD = { name: "look", description: "mark-tool", input_schema: SCHEMA };
const SLUICE_TOOL = { name: "look", description: "mark-tool", parametersJson: JSON.stringify(SCHEMA) };

/** The least request of each dialect. */
const BASE: Readonly<Record<Client, JsonObject>> = {
  "openai-chat": { messages: [USER] },
  "openai-completions": { prompt: "mark-text" },
  "openai-responses": { input: [USER] },
  "anthropic-messages": { messages: [USER], max_tokens: 50 },
  sluice: { messages: [{ role: "user", parts: [{ text: "mark-text" }] }] },
};

interface Feature {
  /** What shows that it arrived. */
  readonly mark: RegExp;
  readonly ask: Partial<Readonly<Record<Client, JsonObject>>>;
}

const all = (ask: JsonObject): Feature["ask"] => ({
  "openai-chat": ask,
  "openai-completions": ask,
  "openai-responses": ask,
  "anthropic-messages": ask,
  sluice: ask,
});

const older = (ask: JsonObject, own: JsonObject): Feature["ask"] => ({
  "openai-chat": ask,
  "openai-completions": ask,
  sluice: own,
});

/** What more than one dialect can say. */
const FEATURES: Readonly<Record<string, Feature>> = {
  text: { mark: /mark-text/, ask: all({}) },
  "system text": {
    mark: /mark-system/,
    ask: {
      "openai-chat": { messages: [{ role: "developer", content: "mark-system" }, USER] },
      "openai-responses": { instructions: "mark-system" },
      "anthropic-messages": { system: "mark-system" },
      sluice: {
        messages: [
          { role: "system", parts: [{ text: "mark-system" }] },
          { role: "user", parts: [{ text: "Hi" }] },
        ],
      },
    },
  },
  tools: {
    mark: /mark-tool.*mark-schema/,
    ask: {
      "openai-chat": { tools: [CHAT_TOOL] },
      "openai-responses": { tools: [{ type: "function", ...TOOL }] },
      "anthropic-messages": { tools: [TOLD] },
      sluice: { tools: [SLUICE_TOOL] },
    },
  },
  "calls and results of tools": {
    mark: /"look".*mark-argument.*mark-result/,
    ask: {
      "openai-chat": {
        messages: [
          USER,
          {
            role: "assistant",
            content: null,
            tool_calls: [
              { id: "c1", type: "function", function: { name: "look", arguments: '{"a":"mark-argument"}' } },
            ],
          },
          { role: "tool", tool_call_id: "c1", content: "mark-result" },
        ],
      },
      "openai-responses": {
        input: [
          USER,
          { type: "function_call", call_id: "c1", name: "look", arguments: '{"a":"mark-argument"}' },
          { type: "function_call_output", call_id: "c1", output: "mark-result" },
        ],
      },
      "anthropic-messages": {
        messages: [
          USER,
          {
            role: "assistant",
            content: [{ type: "tool_use", id: "c1", name: "look", input: { a: "mark-argument" } }],
          },
          { role: "user", content: [{ type: "tool_result", tool_use_id: "c1", content: "mark-result" }] },
        ],
      },
      sluice: {
        messages: [
          { role: "user", parts: [{ text: "Hi" }] },
          {
            role: "assistant",
            parts: [{ toolCall: { id: "c1", name: "look", arguments: '{"a":"mark-argument"}' } }],
          },
          { role: "tool", parts: [{ toolResult: { toolCallId: "c1", text: "mark-result" } }] },
        ],
      },
    },
  },
  "a result that is an error": {
    mark: /is_error|"error":/,
    ask: {
      "anthropic-messages": {
        messages: [
          USER,
          { role: "assistant", content: [{ type: "tool_use", id: "c1", name: "look", input: {} }] },
          {
            role: "user",
            content: [{ type: "tool_result", tool_use_id: "c1", content: "no", is_error: true }],
          },
        ],
      },
      sluice: {
        messages: [
          { role: "assistant", parts: [{ toolCall: { id: "c1", name: "look", arguments: "{}" } }] },
          { role: "tool", parts: [{ toolResult: { toolCallId: "c1", text: "no", isError: true } }] },
        ],
      },
    },
  },
  "a picture in a result": {
    mark: new RegExp(PIXEL),
    ask: {
      "openai-responses": {
        input: [
          { type: "function_call", call_id: "c1", name: "look", arguments: "{}" },
          {
            type: "function_call_output",
            call_id: "c1",
            output: [{ type: "input_image", image_url: `data:image/png;base64,${PIXEL}` }],
          },
        ],
      },
      "anthropic-messages": {
        messages: [
          USER,
          { role: "assistant", content: [{ type: "tool_use", id: "c1", name: "look", input: {} }] },
          {
            role: "user",
            content: [
              {
                type: "tool_result",
                tool_use_id: "c1",
                content: [
                  { type: "image", source: { type: "base64", media_type: "image/png", data: PIXEL } },
                ],
              },
            ],
          },
        ],
      },
    },
  },
  "a tool that must be called": {
    mark: /required|"any"|ANY/,
    ask: {
      "openai-chat": { tools: [CHAT_TOOL], tool_choice: "required" },
      "openai-responses": { tools: [{ type: "function", ...TOOL }], tool_choice: "required" },
      "anthropic-messages": { tools: [TOLD], tool_choice: { type: "any" } },
      sluice: { tools: [SLUICE_TOOL], toolChoice: { mode: "required" } },
    },
  },
  "one call at a time": {
    mark: /"parallel_tool_calls":false|"disable_parallel_tool_use":true/,
    ask: {
      "openai-chat": { tools: [CHAT_TOOL], parallel_tool_calls: false },
      "openai-responses": { tools: [{ type: "function", ...TOOL }], parallel_tool_calls: false },
      "anthropic-messages": { tools: [TOLD], tool_choice: { type: "auto", disable_parallel_tool_use: true } },
      sluice: { tools: [SLUICE_TOOL], parallelToolCalls: false },
    },
  },
  "strict arguments": {
    mark: /"strict":true/,
    ask: {
      "openai-chat": { tools: [{ type: "function", function: { ...TOOL, strict: true } }] },
      "openai-responses": { tools: [{ type: "function", ...TOOL, strict: true }] },
      "anthropic-messages": { tools: [{ ...TOLD, strict: true }] },
      sluice: { tools: [{ ...SLUICE_TOOL, strict: true }] },
    },
  },
  "pictures in the request": {
    mark: new RegExp(PIXEL),
    ask: {
      "openai-chat": {
        messages: [
          {
            role: "user",
            content: [{ type: "image_url", image_url: { url: `data:image/png;base64,${PIXEL}` } }],
          },
        ],
      },
      "openai-responses": {
        input: [
          {
            role: "user",
            content: [{ type: "input_image", image_url: `data:image/png;base64,${PIXEL}` }],
          },
        ],
      },
      "anthropic-messages": {
        messages: [
          {
            role: "user",
            content: [{ type: "image", source: { type: "base64", media_type: "image/png", data: PIXEL } }],
          },
        ],
      },
      sluice: {
        messages: [{ role: "user", parts: [{ image: { mediaType: "image/png", data: PIXEL } }] }],
      },
    },
  },
  "pictures by address": {
    mark: /never/,
    ask: {
      "openai-chat": {
        messages: [
          { role: "user", content: [{ type: "image_url", image_url: { url: "https://x.test/a.png" } }] },
        ],
      },
      "openai-responses": {
        input: [{ role: "user", content: [{ type: "input_image", image_url: "https://x.test/a.png" }] }],
      },
      "anthropic-messages": {
        messages: [
          {
            role: "user",
            content: [{ type: "image", source: { type: "url", url: "https://x.test/a.png" } }],
          },
        ],
      },
    },
  },
  "stop sequences": {
    mark: /mark-stop/,
    ask: {
      ...older({ stop: ["mark-stop"] }, { stop: ["mark-stop"] }),
      "anthropic-messages": { stop_sequences: ["mark-stop"] },
    },
  },
  "temperature and top_p": {
    mark: /0\.25.*0\.75/,
    ask: { ...all({ temperature: 0.25, top_p: 0.75 }), sluice: { temperature: 0.25, topP: 0.75 } },
  },
  "a seed": { mark: /4711/, ask: older({ seed: 4711 }, { seed: 4711 }) },
  penalties: {
    mark: /0\.125/,
    ask: older({ presence_penalty: 0.125 }, { presencePenalty: 0.125 }),
  },
  "several choices": { mark: /"(?:n|candidateCount)":3/, ask: older({ n: 3 }, { choices: 3 }) },
  "log-probabilities": {
    mark: /"logprobs":true|message\.output_text\.logprobs/,
    ask: {
      "openai-chat": { logprobs: true, top_logprobs: 2 },
      "openai-completions": { logprobs: 2 },
      "openai-responses": { include: ["message.output_text.logprobs"] },
      sluice: { logprobs: true },
    },
  },
  "some JSON": {
    mark: /"json_object"|"format":"json"|application\/json/,
    ask: {
      "openai-chat": { response_format: { type: "json_object" } },
      "openai-responses": { text: { format: { type: "json_object" } } },
      sluice: { responseFormat: { type: "json_object" } },
    },
  },
  "JSON by a schema": {
    mark: /mark-schema/,
    ask: {
      "openai-chat": {
        response_format: { type: "json_schema", json_schema: { name: "a", schema: SCHEMA } },
      },
      "openai-responses": { text: { format: { type: "json_schema", name: "a", schema: SCHEMA } } },
      "anthropic-messages": { output_config: { format: { type: "json_schema", schema: SCHEMA } } },
      sluice: { responseFormat: { type: "json_schema", name: "a", schemaJson: JSON.stringify(SCHEMA) } },
    },
  },
  "how much to reason": {
    mark: /"(?:reasoning_effort|effort|think|thinkingLevel)":"high"|thinkingBudget/,
    ask: {
      "openai-chat": { reasoning_effort: "high" },
      "openai-responses": { reasoning: { effort: "high" } },
      "anthropic-messages": { output_config: { effort: "high" } },
      sluice: { reasoningEffort: "high" },
    },
  },
  "reasoning of earlier turns": {
    mark: /mark-thought/,
    ask: {
      "openai-responses": {
        input: [{ type: "reasoning", summary: [{ type: "summary_text", text: "mark-thought" }] }, USER],
      },
      "anthropic-messages": {
        messages: [
          USER,
          {
            role: "assistant",
            content: [
              { type: "thinking", thinking: "mark-thought", signature: "c2ln" },
              { type: "text", text: "Yes." },
            ],
          },
          USER,
        ],
      },
      sluice: {
        messages: [
          { role: "assistant", parts: [{ reasoning: { text: "mark-thought" } }, { text: "Yes." }] },
          { role: "user", parts: [{ text: "Hi" }] },
        ],
      },
    },
  },
};

/** What only one dialect can say: elsewhere it is refused, and this is the field that is named. */
const OWN: readonly (readonly [Client, JsonObject, string])[] = [
  ["openai-chat", { logit_bias: { "50256": -100 } }, "logit_bias"],
  ["openai-chat", { verbosity: "low" }, "verbosity"],
  ["openai-chat", { web_search_options: {} }, "web_search_options"],
  ["openai-chat", { modalities: ["text", "audio"] }, "modalities"],
  ["openai-chat", { tools: [{ type: "custom", custom: { name: "c" } }] }, "tools[0]"],
  [
    "openai-chat",
    {
      tools: [CHAT_TOOL],
      tool_choice: { type: "allowed_tools", allowed_tools: { mode: "auto", tools: [] } },
    },
    "tool_choice",
  ],
  [
    "openai-chat",
    { messages: [USER, { role: "user", content: [{ type: "file", file: { file_data: PIXEL } }] }] },
    "messages[1].content[0]",
  ],
  ["openai-chat", { top_k: 5 }, "top_k"],
  ["openai-completions", { prompt: ["one", "two"] }, "prompt"],
  ["openai-completions", { suffix: "end" }, "suffix"],
  ["openai-completions", { echo: true }, "echo"],
  ["openai-completions", { best_of: 2 }, "best_of"],
  ["openai-responses", { max_tool_calls: 2 }, "max_tool_calls"],
  ["openai-responses", { truncation: "auto" }, "truncation"],
  ["openai-responses", { text: { verbosity: "low" } }, "text.verbosity"],
  ["openai-responses", { tools: [{ type: "web_search" }] }, "tools[0]"],
  ["openai-responses", { tools: [{ type: "custom", name: "c" }] }, "tools[0]"],
  ["openai-responses", { input: [{ type: "web_search_call", id: "w", action: {} }] }, "input[0]"],
  [
    "openai-responses",
    { input: [{ role: "user", content: [{ type: "input_file", file_data: PIXEL }] }] },
    "input[0].content[0]",
  ],
  ["anthropic-messages", { top_k: 5 }, "top_k"],
  ["anthropic-messages", { mcp_servers: [{ type: "url", url: "https://x.test", name: "x" }] }, "mcp_servers"],
  ["anthropic-messages", { tools: [{ type: "web_search_20250305", name: "web_search" }] }, "tools[0]"],
  ["anthropic-messages", { tools: [{ type: "bash_20250124", name: "bash" }] }, "tools[0]"],
  [
    "anthropic-messages",
    {
      messages: [
        {
          role: "user",
          content: [
            {
              type: "document",
              source: { type: "base64", media_type: "application/pdf", data: PIXEL },
            },
          ],
        },
      ],
    },
    "messages[0].content[0]",
  ],
];

function parse(client: Client, ask: JsonObject): CompletionRequest {
  const body = { model: "m", ...BASE[client], ...ask };
  if (client === "sluice") return parseSluice(body);
  const dialect = clientDialects.get(client);
  assert.ok(dialect !== undefined);
  return dialect.parse(body, { headers: {}, passFields: ["top_k"] });
}

function build(request: CompletionRequest, upstream: DialectName): string {
  requireTranslatable(request, upstream);
  const dialect = upstreamDialects.get(upstream);
  assert.ok(dialect !== undefined);
  return dialect.build(request, { model: "m", maxTokens: 50, apiVersion: null }).body;
}

function outcome(request: CompletionRequest, upstream: UpstreamName, mark: RegExp): Outcome {
  try {
    return mark.test(build(request, upstream)) ? "yes" : "left out";
  } catch (thrown) {
    assert.ok(thrown instanceof SluiceError, String(thrown));
    assert.equal(thrown.code, "invalid_request");
    assert.ok((thrown.details.field ?? "") !== "", thrown.message);
    return "refused";
  }
}

/** One outcome for a feature and an upstream, whoever asks. */
function cell(feature: Feature, upstream: UpstreamName): Outcome | null {
  const asked = CLIENTS.filter((client) => client !== upstream && feature.ask[client] !== undefined);
  const found = asked.map((client) =>
    outcome(parse(client, feature.ask[client] ?? {}), upstream, feature.mark),
  );
  const [first] = found;
  assert.deepEqual(
    found,
    found.map(() => first),
    `${upstream}: callers of ${asked.join(", ")} fare differently`,
  );
  return first ?? null;
}

/** What is left out since nothing could be lost by it that the caller is promised; docs/dialects.md says so. */
const LEFT_OUT = new Set(["a result that is an error", "strict arguments", "reasoning of earlier turns"]);

const TITLES: Readonly<Record<UpstreamName, string>> = {
  "openai-chat": "chat",
  "openai-responses": "Responses",
  "anthropic-messages": "messages",
  gemini: "Gemini",
  ollama: "Ollama",
};

const table = [
  `| asked | ${UPSTREAMS.map((upstream) => TITLES[upstream]).join(" | ")} |`,
  `|---|${UPSTREAMS.map(() => "---|").join("")}`,
  ...Object.entries(FEATURES).map(
    ([name, feature]) =>
      `| ${name} | ${UPSTREAMS.map((upstream) => cell(feature, upstream) ?? "-").join(" | ")} |`,
  ),
].join("\n");

describe("a request for a model of another dialect", () => {
  for (const [name, feature] of Object.entries(FEATURES)) {
    test(`${name}: arrives, or is refused`, () => {
      for (const upstream of UPSTREAMS) {
        const found = cell(feature, upstream);
        if (found === "left out") assert.ok(LEFT_OUT.has(name), `${upstream} silently drops ${name}`);
      }
    });
  }

  for (const [client, ask, field] of OWN) {
    test(`${client} alone can say ${field} ${JSON.stringify(ask).slice(0, 60)}`, () => {
      const request = parse(client, ask);
      for (const upstream of UPSTREAMS) {
        if (upstream === client) assert.doesNotThrow(() => requireTranslatable(request, upstream));
        else {
          assert.throws(
            () => requireTranslatable(request, upstream),
            (error) => error instanceof SluiceError && error.details.field === field,
          );
        }
      }
    });
  }

  test("a count of tokens is refused where the model would answer instead", () => {
    const dialect = clientDialects.get("anthropic-messages");
    const request = dialect?.parse(
      { model: "m", messages: [USER] },
      { headers: {}, passFields: [], operation: "count_tokens" },
    );
    assert.ok(request !== undefined);
    for (const upstream of UPSTREAMS.filter((name) => name !== "anthropic-messages")) {
      assert.throws(() => requireTranslatable(request, upstream), /cannot count tokens/);
    }
  });

  test("a model of plain prompts is asked by callers of plain prompts alone", () => {
    for (const client of CLIENTS) {
      const ask = () => requireTranslatable(parse(client, {}), "openai-completions");
      if (client === "openai-completions") assert.doesNotThrow(ask);
      else assert.throws(ask, /plain prompts only/);
    }
  });

  test("what says nothing is no reason to refuse", () => {
    const ask = {
      n: 1,
      stop: null,
      seed: null,
      presence_penalty: 0,
      frequency_penalty: 0,
      logprobs: false,
      logit_bias: null,
      parallel_tool_calls: true,
      response_format: { type: "text" },
      user: "u1",
      metadata: { a: "b" },
      store: true,
      service_tier: "auto",
      stream_options: null,
    };
    for (const upstream of UPSTREAMS)
      assert.doesNotThrow(() => build(parse("openai-chat", ask), upstream), upstream);
  });

  test("docs/dialects.md holds this very table", () => {
    assert.ok(readFileSync("docs/dialects.md", "utf8").includes(table), `the table is now\n${table}`);
  });
});

test("a budget for thought becomes the word that others have for it", () => {
  const effort = (thinking: JsonObject) =>
    JSON.parse(build(parse("anthropic-messages", { thinking }), "openai-chat")).reasoning_effort;
  assert.deepEqual(
    [1024, 8192, 30_000].map((budget_tokens) => effort({ type: "enabled", budget_tokens })),
    ["low", "medium", "high"],
  );
  assert.equal(effort({ type: "disabled" }), undefined);
});
