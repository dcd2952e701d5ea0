import { checked, integer, optional, record, type ShapeOf } from "../../documents/index.js";

const count = (max: number) => integer({ min: 1, max });
const counters = {
  requestsPerMinute: optional(count(1_000_000), "Requests in a minute."),
  requestsPerDay: optional(count(1_000_000_000), "Requests in a day."),
  tokensPerMinute: optional(count(1_000_000_000), "Prompt and completion tokens in a minute."),
  tokensPerDay: optional(count(1_000_000_000_000), "Prompt and completion tokens in a day."),
  streams: optional(count(100_000), "Completions open at once."),
};

const limits = <T extends Record<string, unknown>>(value: T): string | null =>
  Object.values(value).some((each) => each !== undefined)
    ? null
    : `it limits nothing; allowed: ${Object.keys(counters).join(", ")}`;

const team = checked(record(counters, "rates of a whole team"), limits);

/** Rates and budgets: for each principal, and under `team` for all of a team together. */
export const ratesShape = checked(
  record({ ...counters, team: optional(team, "The same, for all principals of a team together.") }, "rates"),
  limits,
);

export type Rates = ShapeOf<typeof ratesShape>;
export type Counters = ShapeOf<typeof team>;
