/** What comes in one event with text that must wait: the text may be late, the rest may not be lost. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import OpenAI from "openai";
import { type GatewayWorld, openGateway } from "../support/gateway.js";

let world: GatewayWorld;
let sdk: OpenAI;

before(async () => {
  world = await openGateway();
  sdk = new OpenAI({ baseURL: `${world.url}/v1`, apiKey: await world.token("jane"), maxRetries: 0 });
});
after(() => world.close());

function told(...choices: readonly object[]): void {
  const about = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "gpt-told" };
  const events = choices.map(
    (choice) => `data: ${JSON.stringify({ ...about, choices: [{ index: 0, ...choice }] })}\n\n`,
  );
  world.model.tell(() => ({ body: `${events.join("")}data: [DONE]\n\n`, cuts: 4 }));
}

const asked = { model: "gpt-told", messages: [{ role: "user" as const, content: "hi" }] };

test("the role that comes with a held first piece reaches the helper", async () => {
  told(
    { delta: { role: "assistant", content: "4" }, finish_reason: null },
    { delta: { content: "1" }, finish_reason: null },
    { delta: {}, finish_reason: "stop" },
  );
  const made = await sdk.chat.completions.stream(asked).finalChatCompletion();
  assert.equal(made.choices[0]?.message.role, "assistant");
  assert.equal(made.choices[0]?.message.content, "41");
});

test("a tool call keeps its id and name, once, though its first arguments are held", async () => {
  const begun = {
    index: 0,
    id: "tk85n1k4m",
    type: "function",
    function: { name: "find", arguments: '{"a":"4' },
  };
  told(
    { delta: { role: "assistant", content: null }, finish_reason: null },
    { delta: { tool_calls: [begun] }, finish_reason: null },
    { delta: { tool_calls: [{ index: 0, function: { arguments: '1"}' } }] }, finish_reason: null },
    { delta: {}, finish_reason: "tool_calls" },
  );
  let names = "";
  for await (const { choices } of await sdk.chat.completions.create({ ...asked, stream: true }))
    names += choices[0]?.delta.tool_calls?.[0]?.function?.name ?? "";
  assert.equal(names, "find");
  const made = await sdk.chat.completions.stream(asked).finalChatCompletion();
  const [call] = made.choices[0]?.message.tool_calls ?? [];
  assert.ok(call?.type === "function");
  assert.deepEqual(
    [call.id, call.function.name, call.function.arguments],
    ["tk85n1k4m", "find", '{"a":"41"}'],
  );
});

test("text that is held at the terminator comes out, though no choice said why it ended", async () => {
  told({ delta: { role: "assistant", content: "4" } }, { delta: { content: "" } });
  let text = "";
  for await (const { choices } of await sdk.chat.completions.create({ ...asked, stream: true }))
    text += choices[0]?.delta.content ?? "";
  assert.equal(text, "4");
});
