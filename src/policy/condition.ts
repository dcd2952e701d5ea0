import { type ASTNode, Environment, ParseError } from "@marcbachmann/cel-js";
import type { Principal } from "../domain/principal.js";

/** What a `when` condition sees of a request: never its text. */
export interface RequestFacts {
  readonly connection: string;
  readonly model: string;
  readonly operation: "generate" | "count_tokens";
  readonly stream: boolean;
  readonly choices: number;
  /** 0 where the caller named none. */
  readonly maxTokens: number;
  /** Messages of the conversation. */
  readonly messages: number;
  /** UTF-16 units of prompt text. */
  readonly promptChars: number;
  readonly toolNames: readonly string[];
  readonly features: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Most characters of a condition, nodes of its tree, and elements of a list that it walks. */
const MAX_LENGTH = 1000;
const MAX_NODES = 120;
const MAX_ELEMENTS = 1000;

/** Everything a condition may call. `matches` runs a backtracking RegExp and is not among them. */
const FUNCTIONS: ReadonlySet<string> = new Set([
  "size",
  "has",
  "startsWith",
  "endsWith",
  "contains",
  "exists",
  "all",
  "exists_one",
]);
const WALKS: ReadonlySet<string> = new Set(["exists", "all", "exists_one"]);

/** A condition that was refused; `offset` is where in its text. */
export interface ConditionProblem {
  readonly message: string;
  readonly offset: number;
}

/** A `when` condition: CEL over `principal` and `request`, type-checked, of bounded cost. */
export class Condition {
  readonly source: string;
  readonly #evaluate: (context: Readonly<Record<string, unknown>>) => unknown;

  private constructor(source: string, evaluate: (context: Readonly<Record<string, unknown>>) => unknown) {
    this.source = source;
    this.#evaluate = evaluate;
  }

  static parse(source: string): Condition | ConditionProblem {
    if (source.length > MAX_LENGTH) {
      return { message: `a condition has at most ${MAX_LENGTH} characters, not ${source.length}`, offset: 0 };
    }
    try {
      const parsed = environment().parse(source);
      const problem = treeProblem(parsed.ast);
      if (problem !== null) return problem;
      const types = parsed.check();
      if (!types.valid) return fromError(types.error);
      if (types.type !== "bool") {
        return { message: `a condition must be true or false, this is of type ${types.type}`, offset: 0 };
      }
      return new Condition(source, (context) => parsed({ ...context }));
    } catch (thrown) {
      return fromError(thrown);
    }
  }

  /** @throws Error when the condition asks for something that is not there; the PDP then denies. */
  holds(principal: Principal, request: RequestFacts): boolean {
    const result = this.#evaluate(contextOf(principal, request));
    if (typeof result !== "boolean") throw new Error("a condition gave no truth value");
    return result;
  }
}

function environment(): Environment {
  return new Environment({
    limits: {
      maxAstNodes: MAX_NODES,
      maxDepth: 20,
      maxListElements: 100,
      maxMapEntries: 10,
      maxCallArguments: 3,
    },
  })
    .registerVariable({
      name: "principal",
      schema: {
        issuer: "string",
        subject: "string",
        team: "string",
        tenant: "string",
        groups: "list<string>",
        roles: "list<string>",
        attributes: "map<string, dyn>",
      },
    })
    .registerVariable({
      name: "request",
      schema: {
        connection: "string",
        model: "string",
        operation: "string",
        stream: "bool",
        choices: "int",
        maxTokens: "int",
        messages: "int",
        promptChars: "int",
        toolNames: "list<string>",
        features: "list<string>",
        labels: "map<string, string>",
      },
    });
}

function contextOf(principal: Principal, request: RequestFacts): Readonly<Record<string, unknown>> {
  for (const list of [principal.groups, request.toolNames]) {
    if (list.length > MAX_ELEMENTS) throw new Error(`a condition walks at most ${MAX_ELEMENTS} elements`);
  }
  const attributes = Object.entries(principal.attributes).map(([name, value]) => [name, celValue(value)]);
  return {
    principal: {
      issuer: principal.issuer,
      subject: principal.subject,
      team: principal.team ?? "",
      tenant: principal.tenant,
      groups: [...principal.groups],
      roles: [...principal.roles],
      attributes: Object.fromEntries(attributes),
    },
    request: {
      ...request,
      choices: BigInt(request.choices),
      maxTokens: BigInt(request.maxTokens),
      messages: BigInt(request.messages),
      promptChars: BigInt(request.promptChars),
      toolNames: [...request.toolNames],
      features: [...request.features],
      labels: { ...request.labels },
    },
  };
}

/** Whole numbers become CEL ints, so that `principal.attributes.level == 3` holds. */
function celValue(value: string | number | boolean | readonly string[]): unknown {
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  return typeof value === "object" ? value.slice(0, MAX_ELEMENTS) : value;
}

/** Refuses calls outside the list, walks inside walks, and conditions that ask nothing. */
function treeProblem(root: ASTNode): ConditionProblem | null {
  let asks = false;
  let problem: ConditionProblem | null = null;
  const visit = (node: ASTNode, insideWalk: boolean): void => {
    if (node.op === "id" && (node.args === "principal" || node.args === "request")) asks = true;
    const name = node.op === "call" || node.op === "rcall" ? node.args[0] : null;
    if (name !== null && !FUNCTIONS.has(name)) {
      problem ??= { message: `${name}() may not be called; ${callable(name)}`, offset: node.pos };
    }
    const walks = name !== null && WALKS.has(name);
    if (walks && insideWalk) {
      problem ??= { message: `${name}() may not stand inside another walk of a list`, offset: node.pos };
    }
    for (const child of children(node)) visit(child, insideWalk || walks);
  };
  visit(root, false);
  if (problem === null && !asks) {
    return {
      message: "the condition asks nothing about principal or request, so it always gives the same",
      offset: 0,
    };
  }
  return problem;
}

function callable(name: string): string {
  const list = `allowed: ${[...FUNCTIONS].join(", ")}`;
  return name === "matches" ? `use startsWith, endsWith or contains (${list})` : list;
}

function children(node: ASTNode): readonly ASTNode[] {
  const found: ASTNode[] = [];
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) collect(each);
    else if (isNode(value)) found.push(value);
  };
  collect(node.args);
  return found;
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === "object" && value !== null && "op" in value && "args" in value;
}

function fromError(thrown: unknown): ConditionProblem {
  const summary =
    thrown instanceof Error && "summary" in thrown ? String(thrown.summary) : "it cannot be read";
  const known =
    "principal (issuer, subject, team, tenant, groups, roles, attributes) and request (connection, model, operation, stream, choices, maxTokens, messages, promptChars, toolNames, features, labels)";
  const offset = thrown instanceof Error && "range" in thrown ? startOf(thrown.range) : 0;
  const hint = thrown instanceof ParseError ? "" : `; a condition knows ${known}`;
  return { message: `${summary.replaceAll("\n", " ")}${hint}`, offset };
}

function startOf(range: unknown): number {
  return typeof range === "object" && range !== null && "start" in range && typeof range.start === "number"
    ? range.start
    : 0;
}
