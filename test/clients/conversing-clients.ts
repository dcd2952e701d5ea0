import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import Anthropic from "@anthropic-ai/sdk";
import { ChatOpenAI } from "@langchain/openai";
import {
  tool as aiTool,
  generateText,
  jsonSchema,
  type LanguageModel,
  type ModelMessage,
  stepCountIs,
  streamText,
} from "ai";
import OpenAI from "openai";
import { ResponsesWS } from "openai/resources/responses/ws";
import OpenAI7 from "openai7";
import { ResponsesWS as ResponsesWS7 } from "openai7/resources/responses/ws";

/** Where a client is pointed, and what runs the model's tool. */
export interface Place {
  readonly url: string;
  readonly token: string;
  /** Looks something up; gets the arguments as the client gave them. */
  readonly look: (args: Readonly<Record<string, unknown>>) => string;
}

/** A conversation: each prompt is a turn of the user's, tools included; gives the answer's text. */
export type Say = (prompt: string) => Promise<string>;

/** A stock client as its documentation shows it, that keeps its own history. */
export interface Conversing {
  readonly name: string;
  begin(place: Place, isStreamed: boolean): Say;
  /** Closes what a conversation left open. */
  readonly close?: () => void;
}

const PROPERTIES = { who: { type: "string" }, number: { type: "string" } } as const;
const PARAMETERS = { type: "object", properties: PROPERTIES } as const;
const DESCRIPTION = "Looks somebody up";
const MODEL = "gpt-told";

/** The loop that the SDK itself runs over its tools. */
function openaiChat(
  name: string,
  make: (options: { baseURL: string; apiKey: string }) => OpenAI,
): Conversing {
  return {
    name,
    begin: ({ url, token, look }, isStreamed) => {
      const client = make({ baseURL: `${url}/v1`, apiKey: token });
      let messages: OpenAI.ChatCompletionMessageParam[] = [];
      return async (prompt) => {
        messages.push({ role: "user", content: prompt });
        const asked = {
          ...{ model: MODEL, messages },
          tools: [
            {
              type: "function" as const,
              function: {
                ...{ name: "look", description: DESCRIPTION, parameters: PARAMETERS, parse: JSON.parse },
                function: look,
              },
            },
          ],
        };
        const runner = isStreamed
          ? client.chat.completions.runTools({ ...asked, stream: true })
          : client.chat.completions.runTools(asked);
        const text = await runner.finalContent();
        messages = [...runner.messages];
        return text ?? "";
      };
    },
  };
}

const FUNCTION: OpenAI.Responses.FunctionTool = {
  ...{
    type: "function",
    name: "look",
    description: DESCRIPTION,
    parameters: { ...PARAMETERS },
    strict: false,
  },
};

type Input = OpenAI.Responses.ResponseInput;
type AskResponse = (input: Input, previous: string | null) => Promise<OpenAI.Responses.Response>;

/** Each request goes on from the one before. */
function byPrevious(ask: AskResponse, look: Place["look"]): Say {
  let previous: string | null = null;
  return async (prompt) => {
    let input: Input = [{ role: "user", content: prompt }];
    for (;;) {
      const { id, output } = await ask(input, previous);
      previous = id;
      const calls = output.filter((item) => item.type === "function_call");
      if (calls.length === 0) {
        const content = output.flatMap((item) => (item.type === "message" ? item.content : []));
        return content.map((part) => (part.type === "output_text" ? part.text : "")).join("");
      }
      input = calls.map(({ call_id, arguments: json }) => ({
        type: "function_call_output",
        call_id,
        output: look(JSON.parse(json)),
      }));
    }
  };
}

function openaiResponses(
  name: string,
  make: (options: { baseURL: string; apiKey: string }) => OpenAI,
): Conversing {
  return {
    name,
    begin: ({ url, token, look }, isStreamed) => {
      const client = make({ baseURL: `${url}/v1`, apiKey: token });
      const ask: AskResponse = (input, previous) => {
        const asked = { model: MODEL, input, tools: [FUNCTION], previous_response_id: previous };
        return isStreamed ? client.responses.stream(asked).finalResponse() : client.responses.create(asked);
      };
      return byPrevious(ask, look);
    },
  };
}

function openaiSocket(
  name: string,
  connect: (options: { baseURL: string; apiKey: string }) => ResponsesWS,
): Conversing {
  const open: ResponsesWS[] = [];
  return {
    name,
    begin: ({ url, token, look }) => {
      const socket = connect({ baseURL: `${url}/v1`, apiKey: token });
      open.push(socket);
      const ask: AskResponse = async (input, previous_response_id) => {
        const asked = { model: MODEL, input, tools: [FUNCTION], previous_response_id, store: false };
        socket.send({ type: "response.create", ...asked });
        for await (const event of socket.stream()) {
          if (event.type === "error") throw event.error;
          if (event.type === "message" && event.message.type === "response.completed")
            return event.message.response;
        }
        throw new Error("the socket was closed");
      };
      return byPrevious(ask, look);
    },
    close: () => {
      for (const socket of open.splice(0)) socket.close();
    },
  };
}

function anthropic(name: string, isBeta: boolean): Conversing {
  const asked = {
    ...{ model: "claude-told", max_tokens: 2000 },
    thinking: { type: "enabled" as const, budget_tokens: 1024 },
  };
  const schema = { name: "look", description: DESCRIPTION, input_schema: { ...PARAMETERS } };
  return {
    name,
    begin: ({ url, token, look }, isStreamed) => {
      const client = new Anthropic({ baseURL: url, apiKey: token });
      const messages: Anthropic.MessageParam[] = [];
      const next = (): Promise<Anthropic.Message> => {
        const body = { ...asked, messages, tools: [schema] };
        return isStreamed ? client.messages.stream(body).finalMessage() : client.messages.create(body);
      };
      const beta: Anthropic.Beta.Messages.BetaMessageParam[] = [];
      const runner = async (prompt: string): Promise<string> => {
        beta.push({ role: "user", content: prompt });
        const runnable = { ...schema, run: (input: unknown) => look(Object(input)), parse: Object };
        const params = { ...asked, messages: [...beta], tools: [runnable], max_iterations: 4 };
        const made = client.beta.messages.toolRunner({ ...params, stream: isStreamed });
        const last = await made.runUntilDone();
        beta.splice(0, beta.length, ...made.params.messages);
        if (beta.at(-1)?.role !== "assistant") beta.push({ role: "assistant", content: last.content });
        return last.content.map((block) => (block.type === "text" ? block.text : "")).join("");
      };
      if (isBeta) return runner;
      return async (prompt) => {
        messages.push({ role: "user", content: prompt });
        for (;;) {
          const { content } = await next();
          messages.push({ role: "assistant", content });
          const calls = content.filter((block) => block.type === "tool_use");
          if (calls.length === 0)
            return content.map((block) => (block.type === "text" ? block.text : "")).join("");
          const results = calls.map(({ id, input }) => ({
            ...{ type: "tool_result" as const, tool_use_id: id, content: look(Object(input)) },
          }));
          messages.push({ role: "user", content: results });
        }
      };
    },
  };
}

function aiSdk(name: string, make: (place: Place) => LanguageModel): Conversing {
  return {
    name,
    begin: (place, isStreamed) => {
      const model = make(place);
      const messages: ModelMessage[] = [];
      const look = aiTool({
        ...{ description: DESCRIPTION, inputSchema: jsonSchema<Record<string, unknown>>(PARAMETERS) },
        execute: async (args) => place.look(args),
      });
      return async (prompt) => {
        messages.push({ role: "user", content: prompt });
        const asked = { model, messages, tools: { look }, stopWhen: stepCountIs(4), maxOutputTokens: 2000 };
        if (!isStreamed) {
          const { text, response } = await generateText(asked);
          messages.push(...response.messages);
          return text;
        }
        const failures: unknown[] = [];
        const made = streamText({ ...asked, onError: ({ error }) => void failures.push(error) });
        await made.consumeStream();
        if (failures.length > 0) throw failures[0];
        messages.push(...(await made.response).messages);
        return made.text;
      };
    },
  };
}

function langchain(name: string, useResponsesApi: boolean): Conversing {
  return {
    name,
    begin: ({ url, token, look }, isStreamed) => {
      const client = new ChatOpenAI({
        ...{ model: MODEL, apiKey: token, useResponsesApi, configuration: { baseURL: `${url}/v1` } },
      });
      const model = client.bindTools([
        { type: "function", function: { name: "look", description: DESCRIPTION, parameters: PARAMETERS } },
      ]);
      type Messages = Exclude<Parameters<typeof model.invoke>[0], string>;
      const messages: Extract<Messages, readonly unknown[]>[number][] = [];
      const next = async () => {
        if (!isStreamed) return model.invoke(messages);
        const parts = [];
        for await (const part of await model.stream(messages)) parts.push(part);
        return parts.reduce((all, part) => all.concat(part));
      };
      return async (prompt) => {
        messages.push({ role: "user", content: prompt });
        for (;;) {
          const answer = await next();
          messages.push(answer);
          const calls = answer.tool_calls ?? [];
          if (calls.length === 0) return answer.text;
          for (const { id = "", args } of calls)
            messages.push({ role: "tool", tool_call_id: id, content: look(args) });
        }
      };
    },
  };
}

const ai = ({ url, token }: Place) => ({ baseURL: `${url}/v1`, apiKey: token });

/** Version 7 is called as version 6 is; its types are its own. */
const seven = (options: { baseURL: string; apiKey: string }): OpenAI =>
  new OpenAI7(options) as unknown as OpenAI;

export const CONVERSING: readonly Conversing[] = [
  openaiChat("openai 6, chat tools", (options) => new OpenAI(options)),
  openaiChat("openai 7, chat tools", seven),
  openaiResponses("openai 6, responses", (options) => new OpenAI(options)),
  openaiResponses("openai 7, responses", seven),
  openaiSocket("openai 6, ResponsesWS", (options) => new ResponsesWS(new OpenAI(options))),
  openaiSocket(
    "openai 7, ResponsesWS",
    (options) => new ResponsesWS7(new OpenAI7(options)) as unknown as ResponsesWS,
  ),
  anthropic("@anthropic-ai/sdk, messages", false),
  anthropic("@anthropic-ai/sdk, tool runner", true),
  aiSdk("@ai-sdk/openai, responses", (place) => createOpenAI(ai(place)).responses(MODEL)),
  aiSdk("@ai-sdk/openai, chat", (place) => createOpenAI(ai(place)).chat(MODEL)),
  aiSdk("@ai-sdk/openai-compatible", (place) =>
    createOpenAICompatible({ name: "sluice", ...ai(place) }).chatModel(MODEL),
  ),
  aiSdk("@ai-sdk/anthropic", (place) => createAnthropic(ai(place))("claude-told")),
  langchain("@langchain/openai, chat", false),
  langchain("@langchain/openai, responses", true),
];
