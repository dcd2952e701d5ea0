import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import OpenAI, { RateLimitError } from "openai";
import { compose } from "../../src/compose.js";
import { loadConfig } from "../../src/config/load.js";
import { openFolder } from "../support/gateway.js";
import { streamedAnswer } from "../support/streams.js";

test("maxConcurrent is the connection's, over all dialects that its endpoint speaks", async () => {
  const place = await openFolder();
  const written = await readFile(place.file, "utf8");
  await writeFile(place.file, written.replace('models: ["gpt-*"]', 'models: ["gpt-*"], maxConcurrent: 2'));
  const quiet = { info: () => {}, warn: () => {}, error: () => {} };
  const running = await compose(loadConfig(place.file, {}), quiet);
  const open: ServerResponse[] = [];
  place.model.tell(({ path }, response) => {
    const whole = streamedAnswer(path, ["Hello", " there"]);
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(whole.slice(0, whole.indexOf(" there")));
    open.push(response);
    return null;
  });
  const baseURL = `http://127.0.0.1:${running.http.port}/v1`;
  const sdk = new OpenAI({ baseURL, apiKey: await place.token("jane"), maxRetries: 0 });
  const model = "gpt-told";
  const messages = [{ role: "user" as const, content: "Hi" }];
  const chat = await sdk.chat.completions.create({ model, messages, stream: true });
  const response = await sdk.responses.create({ model, input: "Hi", stream: true });
  await assert.rejects(sdk.completions.create({ model, prompt: "Hi", stream: true }), RateLimitError);

  // What one dialect gives back another one may take.
  const [first] = open;
  assert.ok(first !== undefined);
  const closed = once(first, "close");
  chat.controller.abort();
  await closed;
  const third = await sdk.completions.create({ model, prompt: "Hi", stream: true });
  third.controller.abort();
  response.controller.abort();
  await running.close();
  await place.close();
});
