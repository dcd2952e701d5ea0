/** Streams of chat completions as a provider writes them, for what no recording holds. */
export function chatStream(pieces: readonly string[]): string {
  const event = (delta: object, finish: string | null = null): string =>
    `data: ${JSON.stringify({
      id: "chatcmpl-told",
      object: "chat.completion.chunk",
      created: 1_750_000_000,
      model: "gpt-told",
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    })}\n\n`;
  return [
    event({ role: "assistant", content: "" }),
    ...pieces.map((content) => event({ content })),
    event({}, "stop"),
    "data: [DONE]\n\n",
  ].join("");
}
