/** Most of everything in one request; lengths in UTF-16 code units. The size of the whole is the front end's. */
export const LIMITS = {
  messages: 4_096,
  parts: 1_024,
  tools: 1_024,
  stop: 16,
  stopLength: 256,
  labels: 32,
  labelKey: 64,
  labelValue: 256,
  name: 256,
  idempotencyKey: 255,
  choices: 128,
} as const;
