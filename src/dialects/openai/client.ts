import type { DialectName } from "../../domain/entry.js";
import type { JsonObject } from "../../domain/json.js";
import type { Steps } from "../../domain/pace.js";
import { type ClientDialect, type ParseOptions, requestSide } from "../dialect.js";
import { openaiRateHeaders } from "../rate-headers.js";
import type { CompletionRequest } from "../request.js";
import { bodyWithTexts, type Replacement } from "../request-texts.js";
import { openaiError } from "./errors.js";

export interface OpenaiClientOptions
  extends Pick<ClientDialect, "streamEncoder" | "plainEncoder" | "terminator"> {
  readonly name: DialectName;
  readonly parse: (body: JsonObject, options: ParseOptions) => Steps<CompletionRequest>;
  /** What else changes with the texts. Default: nothing. */
  readonly along?: (request: CompletionRequest, texts: ReadonlyMap<number, string>) => readonly Replacement[];
}

/** The caller's edge of one of OpenAI's dialects: their errors and the changing of texts are the same. */
export function openaiClient({ parse, along = () => [], ...own }: OpenaiClientOptions): ClientDialect {
  return {
    ...own,
    ...requestSide({
      parse,
      *withTexts(request, texts) {
        const { labels, headers, previousResponseId } = request;
        const body = yield* bodyWithTexts(request.native, request.segments, {
          texts,
          more: along(request, texts),
        });
        const again = yield* parse(body, { headers, passFields: Object.keys(body) });
        return { ...again, labels, headers, previousResponseId };
      },
    }),
    error: openaiError,
    rateHeaders: openaiRateHeaders,
  };
}
