import type { Problems } from "../../documents/index.js";
import type { Surroundings } from "../surroundings.js";

/** What a check of policies against their surroundings works with. */
export interface Check {
  readonly surroundings: Surroundings;
  /** What is refused. */
  readonly problems: Problems;
  /** What is only worth a look. */
  readonly notes: Problems;
}
