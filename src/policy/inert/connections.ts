import { type Placed, quote, suggest } from "../../documents/index.js";
import { globsOverlap, matchesGlob } from "../glob.js";
import type { WrittenPolicy } from "../language/policy-document.js";
import type { ConnectionFacts } from "../surroundings.js";
import type { Check } from "./check.js";

/** Every connection and every model that a policy names must be one that a request can come to. */
export function checkConnections(policy: WrittenPolicy, check: Check): void {
  const known = check.surroundings.connections;
  const named: Placed<ConnectionFacts>[] = [];
  for (const { value, at } of policy.connections.value) {
    const connection = known.find(({ name }) => name === value);
    if (connection !== undefined) {
      named.push({ value: connection, at });
      continue;
    }
    const near = suggest(
      value,
      known.map(({ name }) => name),
    );
    check.problems.add(at, `no connection is called ${quote(value)}; ${near}`);
  }
  if (named.length === 0 || check.surroundings.asWritten === true) return;
  checkModels(policy, named, check);
  checkReached(policy, named, check);
}

function checkModels(
  policy: WrittenPolicy,
  named: readonly Placed<ConnectionFacts>[],
  { problems }: Check,
): void {
  const served = named.flatMap(({ value: { models } }) => models);
  for (const { value, at } of policy.models.value) {
    if (served.some((model) => globsOverlap(model, value))) continue;
    problems.add(
      at,
      `no connection of this policy serves a model that ${quote(value)} names; they serve ${served.join(", ")}`,
    );
  }
}

/** A connection is reached where it serves one of the models and no earlier one takes all of them away. */
function checkReached(
  policy: WrittenPolicy,
  named: readonly Placed<ConnectionFacts>[],
  { surroundings, problems }: Check,
): void {
  const models = policy.models.value.map(({ value }) => value);
  for (const { value: connection, at } of named) {
    const pairs = connection.models.flatMap((glob) =>
      models.filter((model) => globsOverlap(glob, model)).map((model) => ({ glob, model })),
    );
    if (pairs.length === 0) {
      if (named.length > 1)
        problems.add(
          at,
          `${quote(connection.name)} serves none of this policy's models, so naming it has no effect; it serves ${connection.models.join(", ")}`,
        );
      continue;
    }
    const earlier = surroundings.connections.slice(0, surroundings.connections.indexOf(connection));
    const takers = pairs.map(({ glob, model }) => earlier.find((each) => takesAll(each, glob, model)));
    const [taker] = takers;
    if (taker === undefined || takers.includes(undefined)) continue;
    problems.add(
      at,
      `requests for these models go to ${quote(taker.name)}, which stands before ${quote(connection.name)} in the configuration and serves them too`,
    );
  }
}

/** Whether every name that fits both globs fits one of the connection's. Exact for the usual `name*`. */
function takesAll({ models }: ConnectionFacts, glob: string, model: string): boolean {
  return models.some((own) => covers(own, glob) || covers(own, model));
}

/** A glob that matches the text of another, its stars read as text, matches whatever the other does. */
function covers(own: string, other: string): boolean {
  return !`${own}${other}`.includes("?") && matchesGlob(own, other);
}
