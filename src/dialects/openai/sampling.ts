import type { JsonValue } from "../../domain/json.js";
import type { NeutralRequest } from "../request.js";

/** How tokens are chosen, in the words of OpenAI, which others took over; null: not said. */
export function samplingOf(neutral: NeutralRequest): Readonly<Record<string, JsonValue>> {
  return {
    temperature: neutral.temperature,
    top_p: neutral.topP,
    stop: neutral.stop.length === 0 ? null : neutral.stop,
    seed: neutral.seed,
    presence_penalty: neutral.presencePenalty,
    frequency_penalty: neutral.frequencyPenalty,
  };
}
