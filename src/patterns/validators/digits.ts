import { isDigit, isLower, isUpper, only } from "./characters.js";

/** The ASCII digits of a text as numbers, in order; everything else is left out. */
export function digitsOf(text: string): readonly number[] {
  const digits: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isDigit(code)) digits.push(code - 48);
  }
  return digits;
}

/** The ASCII letters and digits of a text, upper case, in order. */
export function plainUpper(text: string): string {
  return only(text, (code) => isDigit(code) || isUpper(code) || isLower(code)).toUpperCase();
}

/** Sum of digits times weights; digits beyond the weights are left out. */
export function weightedSum(digits: readonly number[], weights: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += (digits[i] ?? 0) * (weights[i] ?? 0);
  return sum;
}

/** Whether every digit is the same: a placeholder, whatever its checksum says. */
export function allSame(digits: readonly number[]): boolean {
  return digits.length > 1 && digits.every((digit) => digit === digits[0]);
}
