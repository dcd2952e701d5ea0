import { randomUUID } from "node:crypto";
import { asSluiceError, ERROR_CODES, SluiceError } from "../domain/errors.js";
import type { JsonObject } from "../domain/json.js";
import { act } from "./act.js";
import type { AskFlags } from "./ask-flags.js";
import { badFlag } from "./bad-flag.js";
import type { GatewayClient } from "./client.js";
import { withClient } from "./connect.js";
import { type Ending, EventPrinter } from "./event-printer.js";
import { exitCodeOf } from "./failure.js";
import { given, objectOf, textOf } from "./fields.js";
import { EXIT, type Io } from "./io.js";
import { nextStep } from "./next-step.js";
import { visible } from "./output.js";
import { readPrompt } from "./prompt-argument.js";

/** How often a connection that broke is taken up again, and the wait before each time. */
const ATTEMPTS_MS: readonly number[] = [100, 500, 2000];

/**
 * `sluice ask`. The session is resumable: where the connection breaks, the rest is read from the last
 * entry that was printed on. An interruption cancels it. The exit code tells how it ended.
 */
export function ask(written: string | undefined, options: AskFlags, io: Io): Promise<number> {
  return act(options, io, async (output) => {
    const request = await requestOf(written, options, io);
    return withClient(options, io, async (client) => {
      const printer = new EventPrinter(output, { raw: options.raw });
      const asking = new Asking({ client, printer, io, wait: options.wait });
      const ending = await asking.run(request);
      if (ending === null) return EXIT.pending;
      if (ending.outcome === "complete") return EXIT.ok;
      const error = endingError(ending);
      if (output.json) throw error;
      // The printer has told the ending; what is left is what to do about it.
      const next = nextStep(error);
      if (next !== null) await output.word(`  next: ${visible(next)}`);
      return exitCodeOf(error.code);
    });
  });
}

async function requestOf(written: string | undefined, options: AskFlags, io: Io): Promise<JsonObject> {
  const model = options.model ?? (options.as === undefined ? undefined : "demo");
  if (model === undefined) throw badFlag("--model", "name the model to ask.");
  if (written === undefined && (io.isTerminal || !options.input))
    throw badFlag("<prompt>", "give the prompt, or - to read it from standard input.");
  const prompt = await readPrompt(written ?? "-", "<prompt>", io);
  const { system, maxTokens } = options;
  const messages = [
    ...(system === undefined ? [] : [{ role: "system", parts: [{ text: system }] }]),
    { role: "user", parts: [{ text: prompt }] },
  ];
  return given({ model, messages, maxTokens, resumable: true, idempotencyKey: randomUUID() });
}

interface AskingDeps {
  readonly client: GatewayClient;
  readonly printer: EventPrinter;
  readonly io: Io;
  readonly wait: boolean;
}

class Asking {
  readonly #deps: AskingDeps;
  #session = "";

  constructor(deps: AskingDeps) {
    this.#deps = deps;
  }

  /** Null: the request waits for people, and nobody here waits with it. */
  async run(request: JsonObject): Promise<Ending | null> {
    const { client, printer } = this.#deps;
    try {
      let isLeft = await this.#read(client.events("Completions", "Complete", request));
      for (const waitMs of ATTEMPTS_MS) {
        if (printer.ending !== null || isLeft || this.#session === "") break;
        await pause(waitMs, this.#deps.io.signal);
        const from = { sessionId: this.#session, afterSeq: printer.lastSeq };
        isLeft = await this.#read(client.events("Completions", "Attach", from));
      }
      if (isLeft) return null;
    } catch (thrown) {
      if (this.#deps.io.signal.aborted) await this.#cancel();
      throw thrown;
    }
    if (printer.ending !== null) return printer.ending;
    throw new SluiceError(
      "upstream_broken",
      `The connection broke; sluice sessions follow ${this.#session || "last"} reads the rest.`,
    );
  }

  /** Prints what comes; true where it is left waiting for people. A connection that broke after the
   *  session began only ends the reading. */
  async #read(events: AsyncIterable<JsonObject>): Promise<boolean> {
    const { printer, wait, io } = this.#deps;
    try {
      for await (const event of events) {
        await printer.print(event);
        if ("opened" in event) this.#session = textOf(objectOf(event, "opened"), "sessionId");
        if ("reviewRequested" in event && !wait) return true;
      }
    } catch (thrown) {
      // A session that failed ends the call with its error, which the last entry has told already.
      if (printer.ending !== null) return false;
      const { code } = asSluiceError(thrown);
      const isLost = code === "upstream_unavailable" && this.#session !== "";
      if (!isLost || io.signal.aborted) throw thrown;
    }
    return false;
  }

  /** The gateway would wait out the grace of a resumable session; nobody comes back to this one. */
  async #cancel(): Promise<void> {
    if (this.#session === "") return;
    await this.#deps.client.finalCall("Completions", "Cancel", { sessionId: this.#session });
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

function endingError({ outcome, message, policy, rule, approval }: Ending): SluiceError {
  const code = ERROR_CODES.find((known) => known === outcome) ?? "upstream_broken";
  const details = Object.entries({ policy, rule, approval }).filter(([, value]) => value !== "");
  return new SluiceError(
    code,
    message === "" ? `The answer is not complete: ${outcome}.` : message,
    Object.fromEntries(details),
  );
}
