/**
 * Stands where Gemini 3 and later want the signature of a call that they made themselves. It is the word that the
 * provider gives for histories whose signatures are gone.
 * @see https://ai.google.dev/gemini-api/docs/thought-signatures
 */
export const NO_SIGNATURE = "skip_thought_signature_validator";
