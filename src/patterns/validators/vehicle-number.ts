import { isDigit } from "./characters.js";

// Values of the letters A to Z; I, O and Q are never used (49 CFR 565.15, table III).
const LETTER_VALUES = [1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 0, 7, 0, 9, 2, 3, 4, 5, 6, 7, 8, 9] as const;
const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2] as const;

/** Vehicle identification number whose ninth character checks the others: weights, modulus 11, X for 10. */
export function vin(text: string): boolean {
  const plain = text.toUpperCase();
  let sum = 0;
  for (let i = 0; i < WEIGHTS.length; i++) {
    const code = plain.charCodeAt(i);
    const value = isDigit(code) ? code - 48 : (LETTER_VALUES[code - 65] ?? 0);
    sum += value * (WEIGHTS[i] ?? 0);
  }
  const rest = sum % 11;
  return (
    plain.length === 17 && new Set(plain).size > 4 && plain.charAt(8) === (rest === 10 ? "X" : String(rest))
  );
}
