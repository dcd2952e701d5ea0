import type { Place, Placed, Problems } from "../documents/index.js";
import { BUILT_IN } from "./built-in.js";
import { type CompileContext, checkEntities } from "./compile-context.js";
import { compilePromptRule } from "./compile-prompt-rule.js";
import { Condition } from "./condition.js";
import type { WrittenCompletionRule } from "./language/completion-rule-shape.js";
import type { WrittenPolicy } from "./language/policy-document.js";
import type { CompletionRule, Policy } from "./policy.js";
import { builtInSet } from "./surroundings.js";

/** Turns a written policy into one that the PDP can use; what it refers to and cannot find is a problem. */
export function compilePolicy(written: Placed<WrittenPolicy>, context: CompileContext): Policy {
  const { value } = written;
  const name = value.name.value;
  checkIds(value, context.problems);
  const prompt = value.prompt.flatMap((rule) => compilePromptRule(name, rule, context) ?? []);
  return {
    name,
    at: value.name.at,
    mode: value.mode,
    who: value.who.value,
    when: compileCondition(value.when, context.problems),
    connections: value.connections.value.map((connection) => connection.value),
    models: value.models.value.map((model) => model.value),
    prompt,
    completion: compileCompletion(value, context),
    rates: value.rates?.value ?? null,
    permit: value.permit.map((feature) => feature.value),
    endAtTokenExpiry: value.endAtTokenExpiry,
    recordsSensitive: value.recordsSensitive,
  };
}

function checkIds(value: WrittenPolicy, problems: Problems): void {
  const seen = new Map<string, Place>();
  for (const { value: rule } of [...value.prompt, ...(value.completion ?? [])]) {
    const first = seen.get(rule.id.value);
    if (first !== undefined) {
      problems.add(
        rule.id.at,
        `the id "${rule.id.value}" stands twice in this policy, first on line ${first.line}`,
      );
    }
    seen.set(rule.id.value, rule.id.at);
  }
}

function compileCondition(when: Placed<string> | undefined, problems: Problems): Condition | null {
  if (when === undefined) return null;
  const condition = Condition.parse(when.value);
  if (condition instanceof Condition) return condition;
  const found = when.value.slice(condition.offset, condition.offset + 30);
  problems.add(
    when.at,
    `${condition.message} (at ${JSON.stringify(found)}, character ${condition.offset + 1})`,
  );
  return null;
}

function compileCompletion(value: WrittenPolicy, context: CompileContext): readonly CompletionRule[] {
  if (value.completion === undefined) {
    const entities = builtInSet(context.surroundings.detectors);
    return [{ id: BUILT_IN, at: value.name.at, action: "mask", entities, operator: undefined }];
  }
  return value.completion.map(({ value: rule, at }) => compileCompletionRule(rule, at, context));
}

function compileCompletionRule(
  rule: WrittenCompletionRule,
  at: Place,
  context: CompileContext,
): CompletionRule {
  checkEntities(rule.spec.entities, context);
  const operator = rule.kind === "mask" ? rule.spec.operator : undefined;
  return { id: rule.id.value, at, action: rule.kind, entities: rule.spec.entities.value, operator };
}
