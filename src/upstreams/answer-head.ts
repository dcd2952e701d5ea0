import type { DialectName } from "../domain/entry.js";
import { SluiceError } from "../domain/errors.js";

/** The head of an upstream's answer, as the HTTP library gives it. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** What to do with an answer by its head alone. */
export type AnswerPlan =
  | { readonly type: "read" }
  /** An error answer: its body is read up to a limit and mapped by the dialect. */
  | { readonly type: "refusal" }
  | { readonly type: "fail"; readonly error: SluiceError };

/** Judges status, type and encoding before a byte of the body is read. */
export function planAnswer(head: AnswerHead, dialect: DialectName, stream: boolean): AnswerPlan {
  const { status } = head;
  if (status >= 300 && status < 400) {
    const message =
      "The model answered with a redirect, which is never followed; the connection's url needs correcting.";
    return {
      type: "fail",
      error: new SluiceError("upstream_unavailable", message, { upstreamStatus: status }),
    };
  }
  if (status >= 400) return { type: "refusal" };
  if (status !== 200)
    return broken(`The model answered with status ${status}, which carries no answer.`, status);
  const encoding = (headerOf(head, "content-encoding") ?? "identity").trim().toLowerCase();
  if (encoding !== "identity" && encoding !== "") {
    return broken("The model answered in a content encoding that was not asked for.", status);
  }
  const type = (headerOf(head, "content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  // A server that names no type is judged by what it sends.
  if (type === "" || expects(dialect, stream).some((pattern) => pattern.test(type))) return { type: "read" };
  return broken(
    stream
      ? "The model answered a request for a stream with something else."
      : "The model answered a plain request with something that is not JSON.",
    status,
  );
}

function broken(message: string, status: number): AnswerPlan {
  return { type: "fail", error: new SluiceError("upstream_broken", message, { upstreamStatus: status }) };
}

const EVENT_STREAM = /^text\/event-stream$/;
const JSON_LINES = /^application\/(x-ndjson|ndjson|x-jsonlines|jsonl)$/;
const JSON_BODY = /^(application|text)\/([a-z0-9.+-]+\+)?json$/;

function expects(dialect: DialectName, stream: boolean): readonly RegExp[] {
  if (!stream) return [JSON_BODY];
  return dialect === "ollama" ? [JSON_LINES] : [EVENT_STREAM];
}

function headerOf(head: AnswerHead, name: string): string | undefined {
  const value = head.headers[name];
  return typeof value === "string" ? value : value?.[0];
}

/** Each header once, with its first value. */
export function singleHeaders(head: AnswerHead): Readonly<Record<string, string | undefined>> {
  const single: Record<string, string | undefined> = {};
  for (const name of Object.keys(head.headers)) single[name] = headerOf(head, name);
  return single;
}
