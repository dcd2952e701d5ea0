import type { Expression } from "./expression.js";

/** How many characters a match can have; `most` may be infinite. */
export interface Lengths {
  readonly least: number;
  readonly most: number;
}

export function lengthsOf(expression: Expression): Lengths {
  switch (expression.kind) {
    case "set":
      return { least: 1, most: 1 };
    case "assert":
      return { least: 0, most: 0 };
    case "capture":
      return lengthsOf(expression.body);
    case "sequence": {
      const parts = expression.parts.map(lengthsOf);
      return { least: sum(parts.map(({ least }) => least)), most: sum(parts.map(({ most }) => most)) };
    }
    case "choice": {
      const options = expression.options.map(lengthsOf);
      return {
        least: Math.min(...options.map(({ least }) => least)),
        most: Math.max(0, ...options.map(({ most }) => most)),
      };
    }
    case "repeat": {
      const { least, most } = lengthsOf(expression.body);
      return { least: times(expression.min, least), most: times(expression.max, most) };
    }
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Nothing, repeated without end, is nothing. */
function times(count: number, length: number): number {
  return length === 0 || count === 0 ? 0 : count * length;
}
