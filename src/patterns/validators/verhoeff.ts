import { allSame, digitsOf } from "./digits.js";

// J. Verhoeff, "Error Detecting Decimal Codes", 1969: multiplication in the dihedral group D5, and the
// permutation that is applied once more at each position.
const PERMUTATION = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4] as const;

function multiply(a: number, b: number): number {
  if (a < 5) return b < 5 ? (a + b) % 5 : ((a + b) % 5) + 5;
  return b < 5 ? ((a - b + 5) % 5) + 5 : (a - b + 10) % 5;
}

/** Whether the digits end in their Verhoeff check digit. */
export function verhoeffDigits(digits: readonly number[]): boolean {
  let check = 0;
  for (let i = 0; i < digits.length; i++) {
    let digit = digits[digits.length - 1 - i] ?? 0;
    for (let turn = 0; turn < i % 8; turn++) digit = PERMUTATION[digit] ?? 0;
    check = multiply(check, digit);
  }
  return check === 0;
}

/** Indian Aadhaar: twelve digits, the first 2 to 9, no palindrome, Verhoeff (UIDAI). */
export function inAadhaar(text: string): boolean {
  const digits = digitsOf(text);
  const palindrome = digits.every((digit, i) => digit === digits[digits.length - 1 - i]);
  return digits.length === 12 && (digits[0] ?? 0) >= 2 && !palindrome && verhoeffDigits(digits);
}

/** Nigerian NIN: eleven digits with a Verhoeff check digit (NIMC). */
export function ngNin(text: string): boolean {
  const digits = digitsOf(text);
  return digits.length === 11 && !allSame(digits) && verhoeffDigits(digits);
}
