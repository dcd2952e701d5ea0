import { map, type OperatorFunction } from "rxjs";
import type { Released } from "../answer-masker.js";
import type { Prepared } from "../stages.js";

/**
 * Appends to the session log; every reader, the live client too, reads from there. Emits the number of
 * entries, so that whoever subscribes sees progress.
 */
export function record({ run }: Prepared): OperatorFunction<Released, number> {
  return map(({ bodies, failure }) => {
    for (const body of bodies) run.append(body);
    if (failure !== null) throw failure;
    return bodies.length;
  });
}
