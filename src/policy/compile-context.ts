import { type Placed, type Problems, suggest } from "../documents/index.js";
import type { WrittenTopic } from "./language/policy-document.js";
import { type Surroundings, selectDetectors } from "./surroundings.js";

export interface CompileContext {
  readonly topics: ReadonlyMap<string, Placed<WrittenTopic>>;
  readonly surroundings: Surroundings;
  readonly problems: Problems;
  /** Topics that some rule uses; the rest gets a warning. */
  readonly usedTopics: Set<string>;
}

/** A selector that names nothing would be a rule that never applies. */
export function checkEntities(entities: Placed<readonly string[]>, context: CompileContext): void {
  const { detectors } = context.surroundings;
  const known = [...new Set(detectors.flatMap(({ id, entity }) => [entity, id]))].sort();
  for (const selector of entities.value) {
    if (selectDetectors(selector, detectors).length > 0) continue;
    context.problems.add(
      entities.at,
      `no detector is called ${JSON.stringify(selector)}; ${suggest(selector, known)}`,
    );
  }
}
