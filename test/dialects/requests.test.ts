import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { messagesClient } from "../../src/dialects/anthropic-messages/client.js";
import { messagesUpstream } from "../../src/dialects/anthropic-messages/upstream.js";
import { requireTranslatable } from "../../src/dialects/crossing.js";
import { clientDialects, upstreamDialects } from "../../src/dialects/index.js";
import { chatClient } from "../../src/dialects/openai-chat/client.js";
import { chatUpstream } from "../../src/dialects/openai-chat/upstream.js";
import { completionsClient } from "../../src/dialects/openai-completions/client.js";
import { SluiceError } from "../../src/domain/errors.js";
import type { JsonObject } from "../../src/domain/json.js";
import { recordings } from "./recordings.js";

const NONE = { headers: {}, passFields: [] };
const BUILD = { model: "upstream-model", maxTokens: null, apiVersion: null };

const asked = {
  model: "gpt-x",
  messages: [
    { role: "system", content: "Be brief." },
    { role: "user", name: "ann", content: [{ type: "text", text: "Weather?" }] },
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: "c1", type: "function", function: { name: "get", arguments: '{"city":"Ulm"}' } }],
    },
    { role: "tool", tool_call_id: "c1", content: "Rain" },
  ],
  tools: [
    {
      type: "function",
      function: {
        name: "get",
        description: "Reads it",
        parameters: { type: "object", properties: { city: { type: "string", description: "A town" } } },
      },
    },
  ],
  user: "u-1 of Ann",
  stop: ["END NOW"],
} satisfies JsonObject;

function refusal(body: JsonObject, client = chatClient): SluiceError {
  try {
    client.parse(body, NONE);
  } catch (error) {
    assert.ok(error instanceof SluiceError);
    return error;
  }
  assert.fail("the request was accepted");
}

describe("a chat request", () => {
  test("shows every string that the model will read, with its place", () => {
    const { segments } = chatClient.parse(asked, NONE);
    const seen = segments.map(({ role, text, path, syntax }) => [role, text, path.join("."), syntax]);
    assert.deepEqual(
      seen,
      [
        ["system", "Be brief.", "messages.0.content", "text"],
        ["user", "ann", "messages.1.name", "text"],
        ["user", "Weather?", "messages.1.content.0.text", "text"],
        ["assistant", "get", "messages.2.tool_calls.0.function.name", "text"],
        ["assistant", '{"city":"Ulm"}', "messages.2.tool_calls.0.function.arguments", "json"],
        ["tool", "Rain", "messages.3.content", "text"],
        ["definition", "get", "tools.0.function.name", "text"],
        ["definition", "Reads it", "tools.0.function.description", "text"],
        ["definition", "object", "tools.0.function.parameters.type", "text"],
        ["definition", "city", "tools.0.function.parameters.properties", "text"],
        ["definition", "string", "tools.0.function.parameters.properties.city.type", "text"],
        ["definition", "A town", "tools.0.function.parameters.properties.city.description", "text"],
        ["parameter", "u-1 of Ann", "user", "text"],
        ["parameter", "END NOW", "stop.0", "text"],
      ].sort(
        (a, b) =>
          seen.findIndex((one) => one[2] === a[2] && one[1] === a[1]) -
          seen.findIndex((one) => one[2] === b[2] && one[1] === b[1]),
      ),
    );
  });

  test("with other texts is the same request with other texts", () => {
    const request = chatClient.parse(asked, NONE);
    const at = request.segments.findIndex(({ text }) => text === "Weather?");
    const changed = chatClient.withTexts(request, new Map([[at, "<X>?"]]));
    assert.equal(changed.segments[at]?.text, "<X>?");
    assert.deepEqual(changed.neutral.messages[1]?.parts, [{ type: "text", text: "<X>?" }]);
    assert.equal(request.segments[at]?.text, "Weather?");
  });

  test("takes the signature of a call back, and gives it up where its arguments were redacted", () => {
    const call = {
      id: "c1",
      type: "function",
      function: { name: "get", arguments: '{"city":"Ulm"}' },
      extra_content: { google: { thought_signature: "c2lnbmVk" } },
    };
    const messages = [
      { role: "user", content: "Hi" },
      { role: "assistant", tool_calls: [call] },
    ];
    const request = chatClient.parse({ model: "m", messages }, NONE);
    assert.match(chatUpstream.build(request, BUILD).body, /"thought_signature":"c2lnbmVk"/);
    const at = request.segments.findIndex(({ text }) => text.includes("Ulm"));
    const redacted = chatClient.withTexts(request, new Map([[at, '{"city":"<LOCATION>"}']]));
    assert.match(
      chatUpstream.build(redacted, BUILD).body,
      /"thought_signature":"skip_thought_signature_validator"/,
    );
  });

  test("cannot have the names of its tools' properties redacted", () => {
    const request = chatClient.parse(asked, NONE);
    const at = request.segments.findIndex(({ text }) => text === "city");
    assert.throws(() => chatClient.withTexts(request, new Map([[at, "<X>"]])), /property names/);
  });

  const refused: readonly (readonly [string, JsonObject, RegExp])[] = [
    [
      "an unknown key",
      { ...asked, temprature: 1 },
      /temprature is not a field .* did you mean "temperature"/,
    ],
    [
      "an unknown key inside a message",
      { ...asked, messages: [{ role: "user", content: "x", cache: 1 }] },
      /messages\[0\]\.cache is not/,
    ],
    ["a wrong type", { ...asked, temperature: "hot" }, /temperature must be a number/],
    [
      "an unknown role",
      { ...asked, messages: [{ role: "boss", content: "x" }] },
      /messages\[0\]\.role .*"boss" is not known/,
    ],
    [
      "an unknown part",
      { ...asked, messages: [{ role: "user", content: [{ type: "video" }] }] },
      /messages\[0\]\.content\[0\]\.type/,
    ],
    ["no messages", { model: "m", messages: [] }, /at least one message/],
    ["no model", { messages: asked.messages }, /model is missing/],
    ["too many choices", { ...asked, n: 4000 }, /n must be between/],
  ];
  for (const [name, body, message] of refused) {
    test(`is refused for ${name}, with the field named`, () => {
      const error = refusal(body);
      assert.equal(error.code, "invalid_request");
      assert.match(error.message, message);
      assert.ok(error.details.field !== undefined || name === "no messages");
    });
  }

  test("may hold a key that the connection passes, whose text is judged", () => {
    const request = chatClient.parse(
      { ...asked, guided: { note: "Say it." } },
      { headers: {}, passFields: ["guided"] },
    );
    assert.ok(request.segments.some(({ text }) => text === "Say it."));
    const again = chatClient.withTexts(request, new Map([[0, "Be long."]]));
    assert.deepEqual(again.native["guided"], { note: "Say it." });
  });

  test("says what a policy has to permit", () => {
    const part = (part: JsonObject) =>
      chatClient.parse({ model: "m", messages: [{ role: "user", content: [part] }] }, NONE).features;
    assert.deepEqual(part({ type: "image_url", image_url: { url: "data:image/png;base64,AA==" } }), [
      "images",
    ]);
    assert.deepEqual(part({ type: "image_url", image_url: { url: "https://x.test/a.png" } }), [
      "images",
      "remoteUrls",
    ]);
    assert.deepEqual(part({ type: "file", file: { file_id: "file-1" } }), ["files", "providerState"]);
    assert.deepEqual(chatClient.parse({ ...asked, web_search_options: {} }, NONE).features, ["hostedTools"]);
    assert.deepEqual(chatClient.parse(asked, NONE).features, []);
  });

  test("goes upstream as it was judged, never stored, with usage asked for", () => {
    const request = chatClient.parse(
      { ...asked, stream: true, store: true, max_completion_tokens: 900 },
      NONE,
    );
    const built = chatUpstream.build(request, { ...BUILD, maxTokens: 50 });
    const body = JSON.parse(built.body);
    assert.equal(built.path, "/chat/completions");
    assert.equal(body.store, false);
    assert.equal(body.model, "upstream-model");
    assert.equal(body.max_completion_tokens, 50);
    assert.equal(body.max_tokens, undefined);
    assert.deepEqual(body.stream_options, { include_usage: true });
    assert.deepEqual(body.messages, asked.messages);
  });

  test("goes to an Anthropic model in its terms", () => {
    const request = chatClient.parse({ ...asked, tool_choice: "required", max_tokens: 7 }, NONE);
    const built = messagesUpstream.build(request, { ...BUILD, maxTokens: 7 });
    assert.equal(built.headers["anthropic-version"], "2023-06-01");
    assert.deepEqual(JSON.parse(built.body), {
      model: "upstream-model",
      max_tokens: 7,
      system: [{ type: "text", text: "Be brief." }],
      messages: [
        { role: "user", content: [{ type: "text", text: "Weather?" }] },
        { role: "assistant", content: [{ type: "tool_use", id: "c1", name: "get", input: { city: "Ulm" } }] },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "c1", content: "Rain" }] },
      ],
      tools: [{ name: "get", description: "Reads it", input_schema: asked.tools[0]?.function.parameters }],
      tool_choice: { type: "any" },
      stop_sequences: ["END NOW"],
      stream: false,
    });
  });
});

describe("an Anthropic request", () => {
  const body = {
    model: "claude",
    max_tokens: 100,
    system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }],
    messages: [
      { role: "user", content: "Weather?" },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "Hm.", signature: "c2ln" },
          { type: "tool_use", id: "t1", name: "get", input: { city: "Ulm" } },
        ],
      },
      {
        role: "user",
        content: [{ type: "tool_result", tool_use_id: "t1", content: [{ type: "text", text: "Rain" }] }],
      },
    ],
    tools: [{ name: "get", description: "Reads it", input_schema: { type: "object" } }],
  } satisfies JsonObject;

  test("keeps its version header, and its signatures stay out of what is judged", () => {
    const request = messagesClient.parse(body, {
      headers: { "anthropic-version": "2026-10-21" },
      passFields: [],
    });
    const built = messagesUpstream.build(request, BUILD);
    assert.equal(built.headers["anthropic-version"], "2026-10-21");
    assert.deepEqual(JSON.parse(built.body), { ...body, model: "upstream-model" });
    const roles = request.segments.map(({ role, text }) => `${role}: ${text}`);
    assert.ok(roles.includes("tool: Rain"));
    assert.ok(roles.includes("system: Be brief."));
    assert.ok(roles.includes("assistant: Hm."));
    assert.ok(!roles.some((line) => line.includes("c2ln")));
  });

  test("goes to a chat model in its terms", () => {
    const request = messagesClient.parse(body, NONE);
    const sent = JSON.parse(chatUpstream.build(request, { ...BUILD, maxTokens: 100 }).body);
    assert.deepEqual(sent.messages, [
      { role: "system", content: "Be brief." },
      { role: "user", content: "Weather?" },
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "t1", type: "function", function: { name: "get", arguments: '{"city":"Ulm"}' } }],
      },
      { role: "tool", tool_call_id: "t1", content: "Rain" },
    ]);
    assert.equal(sent.max_tokens, 100);
  });

  test("goes without thinking whose text was changed, or that has no signature", () => {
    const request = messagesClient.parse(body, NONE);
    const at = request.segments.findIndex(({ text }) => text === "Hm.");
    const changed = messagesClient.withTexts(request, new Map([[at, "<X>"]]));
    const sent = JSON.parse(messagesUpstream.build(changed, BUILD).body);
    assert.deepEqual(
      sent.messages[1].content.map((block: JsonObject) => block["type"]),
      ["tool_use"],
    );
  });

  test("is not counted by a model that would answer it", () => {
    const request = messagesClient.parse(body, { ...NONE, operation: "count_tokens" });
    assert.throws(() => requireTranslatable(request, "openai-chat"), /cannot count tokens/);
  });

  test("names what a policy has to permit", () => {
    const features = (extra: JsonObject) => messagesClient.parse({ ...body, ...extra }, NONE).features;
    assert.deepEqual(features({ tools: [{ type: "web_search_20250305", name: "web_search" }] }), [
      "hostedTools",
    ]);
    assert.deepEqual(features({ tools: [{ type: "bash_20250124", name: "bash" }] }), []);
    assert.deepEqual(features({ mcp_servers: [{ type: "url", url: "https://x.test", name: "x" }] }), ["mcp"]);
    assert.deepEqual(features({ container: "container_1" }), ["providerState"]);
  });

  test("only counts tokens on the route that counts", () => {
    const { max_tokens: _none, ...counted } = body;
    const request = messagesClient.parse(counted, { ...NONE, operation: "count_tokens" });
    assert.equal(messagesUpstream.build(request, BUILD).path, "/messages/count_tokens");
    assert.match(refusal(counted, messagesClient).message, /max_tokens is missing/);
  });

  test("thinks within the limit that a policy leaves", () => {
    const thinking = { type: "enabled", budget_tokens: 4000 };
    const request = messagesClient.parse({ ...body, max_tokens: 8000, thinking }, NONE);
    const built = (maxTokens: number) =>
      JSON.parse(messagesUpstream.build(request, { ...BUILD, maxTokens }).body);
    assert.deepEqual(built(2000).thinking, { type: "enabled", budget_tokens: 1999 });
    assert.deepEqual(built(500).thinking, { type: "disabled" });
  });
});

test("a prompt of token ids is refused, since nobody could judge it", () => {
  assert.match(
    refusal({ model: "m", prompt: [1, 2, 3] }, completionsClient).message,
    /prompt\[0\] must be a string/,
  );
});

test("the recorded requests are taken, but for keys that only their provider knows", () => {
  const kinds = [
    ["chat.completions", chatClient],
    ["completions", completionsClient],
    ["messages", messagesClient],
  ] as const;
  for (const [kind, client] of kinds) {
    for (const { id, request } of recordings(kind)) {
      if (request === null || Array.isArray(request)) continue;
      try {
        client.parse(request as JsonObject, NONE);
      } catch (error) {
        assert.match(
          (error as Error).message,
          /is not a field that is known here|hostedTools/,
          `${id}: ${(error as Error).message}`,
        );
      }
    }
  }
});

test("each dialect stands in the maps under its own name", () => {
  for (const [name, dialect] of [...clientDialects, ...upstreamDialects]) assert.equal(dialect.name, name);
});
