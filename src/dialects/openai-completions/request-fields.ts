import { SAMPLING } from "../openai-chat/request-fields.js";
import { BOOLEAN, type Fields, INTEGER, list, TEXT } from "../request-shape.js";

/** Every key of `CompletionCreateParams` of the openai package. A prompt of token ids is refused: nobody could
 *  judge its text. */
export const COMPLETIONS_REQUEST: Fields = {
  ...SAMPLING,
  prompt: { kind: "either", text: TEXT, list: list(TEXT, 128) },
  best_of: INTEGER,
  echo: BOOLEAN,
  logprobs: INTEGER,
  suffix: TEXT,
};
