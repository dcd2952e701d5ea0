import type { Operator } from "./operator.js";

/**
 * `***************1111`: every code point but the last `keepLast` becomes `char`. Never more than
 * half of the text is kept, so a short value is not revealed by a generous number.
 */
export function keepLast(count: number, char: string): Operator {
  return (_label, text) => {
    const points = Array.from(text);
    const kept = Math.min(count, Math.floor(points.length / 2));
    return char.repeat(points.length - kept) + points.slice(points.length - kept).join("");
  };
}
