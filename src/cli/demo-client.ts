import { SluiceError } from "../domain/errors.js";

/** What a newcomer's own client would see of one answer. */
export interface DemoAnswer {
  readonly status: number;
  readonly session: string;
  readonly pieces: readonly string[];
  /** Message of a denial; null where there was an answer. */
  readonly error: string | null;
}

/** Asks over the gateway's HTTP address, as any OpenAI client does. */
export class DemoClient {
  readonly #base: string;
  readonly #token: string;

  constructor(base: string, token: string) {
    this.#base = base;
    this.#token = token;
  }

  async ask(prompt: string, onPiece: (piece: string) => void): Promise<DemoAnswer> {
    const response = await fetch(`${this.#base}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "demo", stream: true, messages: [{ role: "user", content: prompt }] }),
    });
    const session = response.headers.get("x-sluice-session") ?? "";
    if (response.status !== 200) {
      const body = (await response.json()) as { error?: { message?: string } };
      return { status: response.status, session, pieces: [], error: body.error?.message ?? "" };
    }
    const pieces: string[] = [];
    for await (const data of serverSentData(response)) {
      if (data === "[DONE]") break;
      const event = JSON.parse(data) as {
        error?: { message: string };
        choices?: { delta?: { content?: string } }[];
      };
      if (event.error !== undefined) return { status: 200, session, pieces, error: event.error.message };
      const piece = event.choices?.[0]?.delta?.content ?? "";
      if (piece === "") continue;
      pieces.push(piece);
      onPiece(piece);
    }
    return { status: 200, session, pieces, error: null };
  }

  /** Plays a session back; calls with each chunk's text. Returns the number of records seen. */
  async replay(
    session: string,
    speed: number,
    onPiece: (piece: string, offsetMs: number) => void,
  ): Promise<number> {
    const response = await fetch(`${this.#base}/v1/sessions/${session}/stream?speed=${speed}`, {
      headers: { authorization: `Bearer ${this.#token}` },
    });
    if (response.status !== 200)
      throw new SluiceError("not_found", `The session ${session} cannot be replayed.`);
    let last = 0;
    for await (const data of serverSentData(response)) {
      const event = JSON.parse(data) as { seq?: number; offsetMs?: number; chunk?: { text: string } };
      last = event.seq ?? last;
      if (event.chunk !== undefined) onPiece(event.chunk.text, event.offsetMs ?? 0);
    }
    return last;
  }
}

async function* serverSentData(response: Response): AsyncGenerator<string> {
  if (response.body === null) return;
  let rest = "";
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.startsWith("data: ")) yield line.slice(6);
  }
}
