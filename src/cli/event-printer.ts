import type { JsonObject } from "../domain/json.js";
import { numberOf, objectOf, objectsOf, textOf, textsOf } from "./fields.js";
import { type Output, visible, visibleLine } from "./output.js";

/** How a log that was read to its end ended. */
export interface Ending {
  /** `complete`, or the code of the error. */
  readonly outcome: string;
  /** What the gateway says about it; empty for `complete`. */
  readonly message: string;
  readonly policy: string;
  readonly rule: string;
  readonly approval: string;
}

interface PrintedChannel {
  readonly kind: string;
  readonly choice: number;
  readonly tool: string;
}

const TO_STDOUT: readonly string[] = ["CHANNEL_KIND_TEXT", "CHANNEL_KIND_REFUSAL"];

/**
 * Prints the events of a log as they come: released text to standard output, everything else (decisions,
 * reviews, reasoning, tool arguments, the ending) as words to standard error; with --json every event is a
 * line. Unless `raw`, control characters of the model are shown instead of sent.
 */
export class EventPrinter {
  readonly #output: Output;
  readonly #raw: boolean;
  readonly #channels = new Map<number, PrintedChannel>();
  #lastChannel: number | null = null;
  /** Which of the two stands in the middle of a line. */
  #openLine: "answer" | "aside" | null = null;
  #ending: Ending | null = null;
  #lastSeq = 0;

  constructor(output: Output, { raw }: { readonly raw: boolean }) {
    this.#output = output;
    this.#raw = raw;
  }

  /** Null until the log's last entry was printed. */
  get ending(): Ending | null {
    return this.#ending;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  async print(event: JsonObject): Promise<void> {
    this.#lastSeq = numberOf(event, "seq");
    if ("ended" in event) this.#ending = endingOf(objectOf(event, "ended"));
    if (this.#output.json) return this.#output.line(event);
    if ("chunk" in event) return this.#chunk(objectOf(event, "chunk"));
    if ("output" in event) this.#structure(objectsOf(objectOf(event, "output"), "items"));
    for (const words of wordsOf(event)) await this.#word(words);
  }

  async #chunk(chunk: JsonObject): Promise<void> {
    const number = numberOf(chunk, "channel");
    const channel = this.#channels.get(number);
    const isMain = channel === undefined || TO_STDOUT.includes(channel.kind);
    if (this.#lastChannel !== number) await this.#switchTo(number, channel);
    const text = this.#raw ? textOf(chunk, "text") : visible(textOf(chunk, "text"));
    this.#openLine = text.endsWith("\n") ? null : isMain ? "answer" : "aside";
    if (isMain) await this.#output.data(text);
    else await this.#output.aside(text);
  }

  /** The first plain text needs no heading; everything that follows something else has one. */
  async #switchTo(number: number, channel: PrintedChannel | undefined): Promise<void> {
    const isFirst = this.#lastChannel === null;
    this.#lastChannel = number;
    if (channel === undefined) return;
    const isPlain = channel.kind === "CHANNEL_KIND_TEXT" && channel.choice === 0;
    if (isFirst && isPlain) return;
    await this.#word(`-- ${headingOf(channel)}`);
  }

  #structure(items: readonly JsonObject[]): void {
    for (const item of items) {
      if (!("channel" in item)) continue;
      const opened = objectOf(item, "channel");
      this.#channels.set(numberOf(opened, "channel"), {
        kind: textOf(opened, "kind"),
        choice: numberOf(opened, "choice"),
        tool: textOf(opened, "toolName"),
      });
    }
  }

  async #word(words: string): Promise<void> {
    if (this.#openLine !== null) await this.#output.breakLine(this.#openLine);
    this.#openLine = null;
    await this.#output.word(words);
  }
}

function headingOf({ kind, choice, tool }: PrintedChannel): string {
  const name = kind.replace("CHANNEL_KIND_", "").toLowerCase().replaceAll("_", " ");
  const of = tool === "" ? "" : ` of ${visibleLine(tool)}`;
  return choice === 0 ? `${name}${of}` : `${name}${of}, choice ${choice + 1}`;
}

function wordsOf(event: JsonObject): readonly string[] {
  if ("opened" in event) {
    const opened = objectOf(event, "opened");
    const model = `${textOf(opened, "connection")}/${textOf(opened, "model")}`;
    return [`session ${textOf(opened, "sessionId")}  ${visibleLine(model)}`];
  }
  if ("decided" in event) return decided(objectOf(event, "decided"));
  if ("reviewRequested" in event) {
    const review = objectOf(event, "reviewRequested");
    const who = textsOf(review, "reviewers").map(visibleLine).join(", ");
    return [
      `waiting for ${Math.max(1, numberOf(review, "approvalsNeeded"))} of ${who} (${ruleOf(review)}) until ${textOf(review, "expiresAt")}`,
      `  sluice approvals show ${textOf(review, "approvalId")}`,
    ];
  }
  if ("reviewDecided" in event) return reviewDecided(objectOf(event, "reviewDecided"));
  if ("segment" in event) return [`resumed after a ${textOf(objectOf(event, "segment"), "cause")}`];
  if ("ended" in event) return [endingWords(objectOf(event, "ended"))];
  return [];
}

function decided(message: JsonObject): readonly string[] {
  const effect = textOf(message, "effect");
  const again = message["atRelease"] === true ? "decided again: " : "";
  if (effect === "allow") return again === "" ? [] : [`${again}allow`];
  const reasons = objectsOf(message, "reasons").filter((reason) => textOf(reason, "effect") === effect);
  const why = reasons.map((reason) => `${ruleOf(reason)}${said(textOf(reason, "message"))}`);
  return [`${again}${effect}${why.length === 0 ? "" : ` by ${why.join("; ")}`}`];
}

function reviewDecided(message: JsonObject): readonly string[] {
  const votes = objectsOf(message, "votes").map(
    (vote) =>
      `  ${visibleLine(textOf(vote, "subject"))}: ${textOf(vote, "verdict")}${said(textOf(vote, "reason"))}`,
  );
  return [`review ${textOf(message, "outcome")}`, ...votes];
}

function endingWords(message: JsonObject): string {
  const { outcome, message: why, policy, rule } = endingOf(message);
  const chunks = `${numberOf(message, "chunks")} chunks`;
  const masks = objectsOf(message, "findings")
    .map((finding) => `${visibleLine(textOf(finding, "entity"))} ${numberOf(finding, "count")}`)
    .join(", ");
  const found = masks === "" ? "" : `; found ${masks}`;
  if (outcome === "complete") return `complete: ${chunks}${found}`;
  const by = textOf(message, "stoppedBy");
  const stopper = by === "" ? "" : ` by ${visibleLine(by)}${said(textOf(message, "reason"))}`;
  const source = policy === "" ? "" : ` (${visibleLine(policy)}/${visibleLine(rule)})`;
  return `not complete: ${outcome}${source}${stopper}${why === "" ? "" : `: ${visibleLine(why)}`}; ${chunks}${found}`;
}

function endingOf(ended: JsonObject): Ending {
  const error = objectOf(ended, "error");
  return {
    outcome: textOf(ended, "outcome"),
    message: textOf(error, "message"),
    policy: textOf(error, "policy"),
    rule: textOf(error, "rule"),
    approval: textOf(error, "approvalId"),
  };
}

function ruleOf(message: JsonObject): string {
  return `${visibleLine(textOf(message, "policy"))}/${visibleLine(textOf(message, "rule"))}`;
}

function said(words: string): string {
  return words === "" ? "" : ` (${visibleLine(words)})`;
}
