import { digitsOf, plainUpper } from "./digits.js";

/** ISO 7064 hybrid system mod 11,10 over digits whose last is the check digit. */
export function mod1110(digits: readonly number[]): boolean {
  let product = 10;
  for (const digit of digits.slice(0, -1)) {
    const sum = (digit + product) % 10;
    product = ((sum === 0 ? 10 : sum) * 2) % 11;
  }
  return (11 - product) % 10 === digits[digits.length - 1];
}

/** German tax id: eleven digits, the first not 0, no digit more than three times in the first ten,
 *  ISO 7064 mod 11,10 (Bundeszentralamt fuer Steuern). */
export function deTaxId(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 11 || digits[0] === 0 || !mod1110(digits)) return false;
  const counts = new Map<number, number>();
  for (const digit of digits.slice(0, 10)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  return [...counts.values()].every((count) => count <= 3);
}

/** German VAT id: DE and nine digits, ISO 7064 mod 11,10. */
export function deVatId(text: string): boolean {
  const digits = digitsOf(text);
  return digits.length === 9 && digits[0] !== 0 && mod1110(digits);
}

const BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Indian GSTIN: Luhn in base 36 over fifteen characters (GSTN). */
export function inGstin(text: string): boolean {
  const plain = plainUpper(text);
  if (plain.length !== 15) return false;
  let sum = 0;
  for (let i = 0; i < 14; i++) {
    const product = BASE36.indexOf(plain.charAt(i)) * (i % 2 === 0 ? 1 : 2);
    sum += Math.floor(product / 36) + (product % 36);
  }
  return BASE36.charAt((36 - (sum % 36)) % 36) === plain.charAt(14);
}
