import { createHash } from "node:crypto";
import type { DocumentNode, Fields, Shape } from "../documents/index.js";
import { formatProblem, type Place, Problems, readDocument, record } from "../documents/index.js";
import { compilePolicy } from "./compile-policy.js";
import { checkInert } from "./inert.js";
import { documentFields, documentShape, type WrittenDocument } from "./language/policy-document.js";
import { NO_POLICY } from "./no-policy.js";
import { type PolicySet, policySet } from "./policy-set.js";
import type { Surroundings } from "./surroundings.js";

export interface PolicySource extends Surroundings {
  /** What messages call the file. */
  readonly file: string;
  /** The policies stand inside a larger file (the configuration): its other keys are left alone. */
  readonly embedded?: boolean;
}

/**
 * Reads and checks a file of policies.
 *
 * @throws SluiceError `invalid_config` that names every problem as `file:line:column: field: what is
 *   wrong, what is allowed`; among them every rule that some surface could not enforce.
 */
export function loadPolicies(text: string, source: PolicySource): PolicySet {
  const shape = source.embedded === true ? embedded() : documentShape;
  const written = readDocument(text, { file: source.file, maxLength: 8 << 20 }, shape);
  const problems = new Problems();
  const notes = new Problems();
  const context = { topics: written.topics, surroundings: source, problems, usedTopics: new Set<string>() };
  const policies = written.policies.map((policy) => compilePolicy(policy, context));
  checkNames(written, problems);
  checkInert(written, policies, { surroundings: source, problems, notes });
  for (const [name, topic] of written.topics) {
    if (!context.usedTopics.has(name)) notes.add(topic.at, `no rule uses the topic "${name}"`);
  }
  problems.throwIfAny();
  return policySet({
    version: `sha256:${createHash("sha256").update(text).digest("hex")}`,
    file: source.file,
    embedded: source.embedded === true,
    policies,
    surroundings: source,
    warnings: notes.found.map(formatProblem),
  });
}

function checkNames(written: WrittenDocument, problems: Problems): void {
  const seen = new Map<string, Place>();
  for (const { value } of written.policies) {
    const { value: name, at } = value.name;
    const first = seen.get(name);
    if (first !== undefined) problems.add(at, `a policy "${name}" stands twice, first on line ${first.line}`);
    if (name === NO_POLICY) problems.add(at, `"${NO_POLICY}" names the default denial; choose another name`);
    seen.set(name, at);
  }
}

/** Reads `policies` and `topics` of a map and passes over its other keys. */
function embedded(): Shape<WrittenDocument> {
  const whole = record(documentFields, "a policy file");
  return {
    ...whole,
    read: (node: DocumentNode) => whole.read(node.only(Object.keys(documentFields satisfies Fields))),
  };
}
