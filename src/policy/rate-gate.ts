import { RateLimiterMemory } from "rate-limiter-flexible";
import { SluiceError } from "../domain/errors.js";
import type { Principal } from "../domain/principal.js";
import type { RateStanding } from "../domain/rate-standing.js";
import type { Clock } from "../domain/time.js";
import { applyingPolicies, type Subject } from "./evaluate.js";
import type { Counters, Policy } from "./policy.js";
import type { PolicySet } from "./policy-set.js";
import { StreamCount } from "./stream-count.js";

/** Tokens that a completion used in the end, prompt and answer together. */
export interface TokenUse {
  readonly totalTokens: number;
}

/** A completion that was let in. Whoever got it settles it once it knows, and releases it at the end. */
export interface Admission {
  /** Rates of policies in mode observe that would have refused it. */
  readonly observed: readonly { readonly policy: string; readonly rule: string }[];
  /** Corrects the tokens taken at admission to those that were used. The first call counts. */
  settle(use: TokenUse): Promise<void>;
  /** Gives the streams back. Any number of calls count once. */
  release(): void;
}

export interface AdmitInput extends Subject {
  /** From the decision; null where no applying policy counts tokens. */
  readonly promptTokens: number | null;
  /** Told how the enforced rates stand, whether the completion is let in or refused. */
  readonly onStanding?: (standing: RateStanding) => void;
}

type CounterName = Exclude<keyof Counters, "streams">;

interface Taken {
  readonly key: string;
  readonly policy: Policy;
  readonly rule: string;
  readonly counter: CounterName;
  readonly points: number;
  readonly limit: number;
  /** Monotonic time at which the window ends. */
  readonly untilMs: number;
  readonly consumed: number;
  readonly over: boolean;
}

const WINDOW_S: Readonly<Record<CounterName, number>> = {
  requestsPerMinute: 60,
  tokensPerMinute: 60,
  requestsPerDay: 86_400,
  tokensPerDay: 86_400,
};

/**
 * Rates and budgets of policies, per principal and per team, in memory: fixed windows that begin with
 * the first request in them, and a count of open completions. A restart begins with empty windows.
 */
export class RateGate {
  readonly #policies: { readonly current: PolicySet };
  readonly #clock: Clock;
  /** One limiter per length of window. Limits are compared here, so a reload changes them at once. */
  readonly #limiters = new Map<number, RateLimiterMemory>();
  readonly #streams = new StreamCount();

  constructor(options: { readonly policies: { readonly current: PolicySet }; readonly clock: Clock }) {
    this.#policies = options.policies;
    this.#clock = options.clock;
  }

  /**
   * Lets a completion in, or refuses it and counts nothing.
   * @throws SluiceError `rate_limited` with policy, rule and, where waiting helps, `retryAfterMs`;
   *   `policy_denied` for a prompt that no empty window would hold.
   */
  async admit(input: AdmitInput): Promise<Admission> {
    const applying = applyingPolicies(this.#policies.current.policies, input);
    const streams = this.#takeStreams(applying, input.principal);
    const taken: Taken[] = [];
    try {
      for (const scope of applying.flatMap((policy) => scopes(policy, input.principal))) {
        for (const counter of Object.keys(WINDOW_S) as readonly CounterName[]) {
          const limit = scope.counters[counter];
          if (limit === undefined) continue;
          const one = await this.#take({ ...scope, counter, limit, points: pointsOf(counter, input) });
          taken.push(one);
          if (scope.policy.mode === "enforce") input.onStanding?.(this.#standing(one));
          if (one.over && scope.policy.mode === "enforce") throw this.#refusal(one, input);
        }
      }
    } catch (thrown) {
      streams.release();
      for (const one of taken) await this.#giveBack(one, one.points);
      throw thrown;
    }
    return this.#admission(taken, { streams, promptTokens: input.promptTokens ?? 0 });
  }

  #takeStreams(
    applying: readonly Policy[],
    principal: Principal,
  ): { release(): void; observed: Admission["observed"] } {
    const held: string[] = [];
    const observed: { readonly policy: string; readonly rule: string }[] = [];
    const release = (): void => {
      for (const key of held.splice(0)) this.#streams.leave(key);
    };
    for (const { policy, key, prefix, counters } of applying.flatMap((each) => scopes(each, principal))) {
      if (counters.streams === undefined) continue;
      const rule = `${prefix}streams`;
      const open = this.#streams.enter(key);
      held.push(key);
      if (open <= counters.streams) continue;
      observed.push({ policy: policy.name, rule });
      if (policy.mode === "observe") continue;
      release();
      throw new SluiceError(
        "rate_limited",
        `${counters.streams} completions are open already, which is the most that ${policy.name} allows at once.`,
        {
          policy: policy.name,
          rule,
          retryAfterMs: 1000,
        },
      );
    }
    return { release, observed };
  }

  async #take(
    from: Scope & { readonly counter: CounterName; readonly limit: number; readonly points: number },
  ): Promise<Taken> {
    const { policy, counter, limit, points } = from;
    const key = `${from.key} ${counter}`;
    const now = await this.#limiter(counter).penalty(key, points);
    const untilMs = this.#clock.monotonicMs() + now.msBeforeNext;
    const rule = `${from.prefix}${counter}`;
    const consumed = now.consumedPoints;
    return { key, policy, rule, counter, points, limit, untilMs, consumed, over: consumed > limit };
  }

  #standing({ counter, limit, consumed, untilMs }: Taken): RateStanding {
    return {
      unit: countsTokens(counter) ? "tokens" : "requests",
      limit,
      remaining: Math.max(0, limit - consumed),
      resetMs: Math.max(0, untilMs - this.#clock.monotonicMs()),
    };
  }

  #refusal(taken: Taken, input: AdmitInput): SluiceError {
    const where = { policy: taken.policy.name, rule: taken.rule };
    if (taken.points > taken.limit) {
      const message = `The prompt has ${input.promptTokens} tokens, more than ${taken.policy.name} allows in a whole window (${taken.limit}).`;
      return new SluiceError("policy_denied", message, where);
    }
    const retryAfterMs = Math.max(1, Math.ceil(taken.untilMs - this.#clock.monotonicMs()));
    const message = `${taken.rule} of policy ${taken.policy.name} is used up (${taken.limit}).`;
    return new SluiceError("rate_limited", message, { ...where, retryAfterMs });
  }

  #admission(
    taken: readonly Taken[],
    held: {
      readonly streams: { release(): void; observed: Admission["observed"] };
      readonly promptTokens: number;
    },
  ): Admission {
    let settled = false;
    const over = taken.filter((one) => one.over).map(({ policy, rule }) => ({ policy: policy.name, rule }));
    return {
      observed: [...held.streams.observed, ...over],
      release: () => held.streams.release(),
      settle: async ({ totalTokens }) => {
        if (settled) return;
        settled = true;
        for (const one of taken) {
          if (!countsTokens(one.counter)) continue;
          const more = Math.max(0, Math.ceil(totalTokens)) - held.promptTokens;
          if (more > 0) await this.#limiter(one.counter).penalty(one.key, more);
          else await this.#giveBack(one, -more);
        }
      },
    };
  }

  /** Points go back only into the window they were taken from; the next has never seen them. */
  async #giveBack(taken: Taken, points: number): Promise<void> {
    if (points <= 0 || this.#clock.monotonicMs() >= taken.untilMs) return;
    await this.#limiter(taken.counter).reward(taken.key, points);
  }

  #limiter(counter: CounterName): RateLimiterMemory {
    const duration = WINDOW_S[counter];
    let limiter = this.#limiters.get(duration);
    if (limiter === undefined) {
      limiter = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration });
      this.#limiters.set(duration, limiter);
    }
    return limiter;
  }
}

interface Scope {
  readonly policy: Policy;
  /** Names whose counter it is. */
  readonly key: string;
  /** `rates.` or `rates.team.`: where the limit stands in the policy. */
  readonly prefix: string;
  readonly counters: Counters;
}

function scopes(policy: Policy, principal: Principal): readonly Scope[] {
  if (policy.rates === null) return [];
  const { team, ...own } = policy.rates;
  const key = JSON.stringify([policy.name, principal.issuer, principal.subject]);
  const scope: Scope = { policy, key, prefix: "rates.", counters: own };
  // Callers without a team share none: each then counts as a team of one.
  const teamKey = JSON.stringify([
    policy.name,
    "team",
    principal.tenant,
    principal.team ?? [principal.issuer, principal.subject],
  ]);
  return team === undefined
    ? [scope]
    : [scope, { policy, key: teamKey, prefix: "rates.team.", counters: team }];
}

function countsTokens(counter: CounterName): boolean {
  return counter === "tokensPerMinute" || counter === "tokensPerDay";
}

function pointsOf(counter: CounterName, input: AdmitInput): number {
  return countsTokens(counter) ? (input.promptTokens ?? 0) : 1;
}
