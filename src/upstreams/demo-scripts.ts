import type { Message, NeutralRequest, ToolDefinition } from "../dialects/request.js";
import type { ChannelKind } from "../domain/channel.js";
import type { FinishReason } from "../domain/entry.js";
import { demoValue } from "./demo-json.js";
import { demoPieces, sayAgain } from "./demo-text.js";

/** One stretch of the demo model's answer: what it says on one channel. */
export interface DemoPart {
  readonly kind: Extract<ChannelKind, "text" | "reasoning" | "refusal" | "tool_arguments">;
  readonly pieces: readonly string[];
  readonly toolName: string | null;
}

export interface DemoAnswer {
  readonly parts: readonly DemoPart[];
  readonly finish: FinishReason;
}

/** A synthetic person and the test number of a card network that never pays. */
const CUSTOMER = `Dear customer, thank you for your patience. We have written to custo|mer@exam|ple.com and refunded the \
amount to the card 4111 11|11 1111 |1111. It takes two to three working days until you see it. Kind regards, \
the support team`;

const REVENUE = `Q3 revenue was 48.2 million, up 12 percent on the year and 3 percent on the quarter. \
Subscriptions made 31.5 million of it, services 11.4 million, and hardware the rest. Gross margin rose to 67.1 \
percent because hosting became cheaper. The largest customer group remains banks with 19 percent, followed by \
insurers with 14 percent. Operating costs grew by 4 percent, most of it new staff in support. The \
board will see these figures on Thursday; until then they are confidential. Guidance for the fourth quarter \
stays between 49 and 51 million.`;

const REASONING = `The question asks for a comparison. First list what is known, then weigh it. Both ways cost about the \
same; the second one is simpler to undo. So the second one it is.`;

const CONCLUSION = `I would take the second way: it costs the same and is easier to undo if it turns out to be \
wrong.`;

const REFUSAL = "I cannot help with that.";

const PROSE = `A stream is a sequence of small pieces that arrive in order. Each piece is read, judged and passed on \
before the next one is there, so that nobody has to wait for the whole. What cannot be judged yet is held back for a \
few characters and no longer. That is all there is to it, and yet most of the work lies in the edges: where a word is \
cut in two, where a reader is slow, and where one of the two sides goes away in the middle of a sentence.`;

const COUNT_TO = 2_000;

/** Answers by words of the last thing that the user said; the first row that fits speaks. */
const SCRIPTS: readonly { readonly words: RegExp; readonly parts: () => readonly DemoPart[] }[] = [
  { words: /\bcustomer|\breply\b/, parts: () => [said(CUSTOMER)] },
  { words: /\bq3\b|\brevenue\b/, parts: () => [said(REVENUE)] },
  { words: /\bthink\b|\breason|\bcompare\b/, parts: () => [thought(REASONING), said(CONCLUSION)] },
  {
    words: /\bcount\b/,
    parts: () => [said(Array.from({ length: COUNT_TO }, (_, i) => `${i + 1}`).join(" "))],
  },
  { words: /\brefuse\b/, parts: () => [{ kind: "refusal", pieces: demoPieces(REFUSAL), toolName: null }] },
];

/** What the demo model answers: the same to the same request, always. */
export function demoAnswer(request: NeutralRequest): DemoAnswer {
  const last = request.messages.at(-1);
  const tool = last?.role === "tool" ? null : chosenTool(request);
  if (tool !== null) return { parts: [called(tool)], finish: "tool_calls" };
  const { responseFormat } = request;
  if (responseFormat !== null && responseFormat.type !== "text") {
    const schema = responseFormat.type === "json_schema" ? responseFormat.schema : null;
    const value = schema === null ? { answer: "yes" } : demoValue(schema);
    return {
      parts: [{ kind: "text", pieces: sayAgain(JSON.stringify(value)), toolName: null }],
      finish: "stop",
    };
  }
  const parts = spoken(last, request);
  return { parts, finish: parts.some((part) => part.kind === "refusal") ? "refusal" : "stop" };
}

function spoken(last: Message | undefined, request: NeutralRequest): readonly DemoPart[] {
  const text = last === undefined ? "" : textOf(last);
  if (last?.role === "tool")
    return [{ ...said("The tool says: "), pieces: sayAgain(`The tool says: ${text}`) }];
  const again = /^\s*(?:repeat|say)(?: after me)?:\s*(.+)$/isu.exec(text)?.[1];
  if (again !== undefined) return [{ kind: "text", pieces: sayAgain(again), toolName: null }];
  const lower = text.toLowerCase();
  const parts = SCRIPTS.find((script) => script.words.test(lower))?.parts() ?? [said(PROSE)];
  const isAskedToThink = request.reasoningEffort !== null && request.reasoningEffort !== "none";
  return isAskedToThink && parts.every((part) => part.kind !== "reasoning")
    ? [thought(REASONING), ...parts]
    : parts;
}

function textOf(message: Message): string {
  return message.parts
    .map((part) => (part.type === "text" || part.type === "tool_result" ? part.text : ""))
    .filter((text) => text !== "")
    .join("\n");
}

/** A model with tools uses the one it is told to, else the first. */
function chosenTool(request: NeutralRequest): ToolDefinition | null {
  const { toolChoice, tools } = request;
  if (toolChoice?.type === "none") return null;
  if (toolChoice?.type === "tool") return tools.find((tool) => tool.name === toolChoice.name) ?? null;
  return tools[0] ?? null;
}

function called(tool: ToolDefinition): DemoPart {
  const value = demoValue({ type: "object", ...tool.parameters });
  return { kind: "tool_arguments", pieces: sayAgain(JSON.stringify(value)), toolName: tool.name };
}

function said(script: string): DemoPart {
  return { kind: "text", pieces: demoPieces(script), toolName: null };
}

function thought(script: string): DemoPart {
  return { kind: "reasoning", pieces: demoPieces(script), toolName: null };
}
