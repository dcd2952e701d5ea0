import type { Steps } from "../../domain/pace.js";
import type { CompletionRequest } from "../request.js";
import { bodyWithTexts } from "../request-texts.js";
import { sluiceSteps } from "./parse.js";

/** The request with other text in the given segments; it is read anew, so that all its forms agree. */
export function* withSluiceTexts(
  request: CompletionRequest,
  texts: ReadonlyMap<number, string>,
): Steps<CompletionRequest> {
  return yield* sluiceSteps(yield* bodyWithTexts(request.native, request.segments, { texts }));
}
