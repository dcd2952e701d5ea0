import { isDate, isShortDate } from "./calendar.js";
import { allSame, digitsOf } from "./digits.js";

/** Luhn's formula over digits, ISO/IEC 7812-1 annex B. */
export function luhnDigits(digits: readonly number[]): boolean {
  if (digits.length < 2) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits[digits.length - 1 - i] ?? 0;
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Luhn over the digits of any text; a run of one digit does not count. */
export function luhn(text: string): boolean {
  const digits = digitsOf(text);
  return luhnDigits(digits) && !allSame(digits);
}

/** US National Provider Identifier: Luhn with the issuer prefix 80840 (45 CFR 162.406). */
export function usNpi(text: string): boolean {
  const digits = digitsOf(text);
  return digits.length === 10 && !allSame(digits.slice(0, 9)) && luhnDigits([8, 0, 8, 4, 0, ...digits]);
}

/** Canadian Social Insurance Number; no number starts with 0 or 8. */
export function caSin(text: string): boolean {
  const digits = digitsOf(text);
  const first = digits[0];
  return digits.length === 9 && first !== 0 && first !== 8 && luhnDigits(digits) && !allSame(digits);
}

/** South African identity number: date of birth, citizenship 0 to 2, then 8 or 9, Luhn. */
export function zaId(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 13 || !luhnDigits(digits)) return false;
  const [y1 = 0, y2 = 0, m1 = 0, m2 = 0, d1 = 0, d2 = 0] = digits;
  const citizenship = digits[10] ?? 9;
  const fixed = digits[11] ?? 0;
  return isShortDate(y1 * 10 + y2, m1 * 10 + m2, d1 * 10 + d2) && citizenship <= 2 && fixed >= 8;
}

/** Swedish personal number: date (day plus 60 for coordination numbers) and Luhn over ten digits. */
export function sePersonnummer(text: string): boolean {
  const all = digitsOf(text);
  if (all.length !== 10 && all.length !== 12) return false;
  const digits = all.slice(-10);
  const [y1 = 0, y2 = 0, m1 = 0, m2 = 0, d1 = 0, d2 = 0] = digits;
  const year = y1 * 10 + y2;
  const month = m1 * 10 + m2;
  const printed = d1 * 10 + d2;
  const day = printed > 60 ? printed - 60 : printed;
  const century = all.length === 12 ? (all[0] ?? 0) * 1000 + (all[1] ?? 0) * 100 : undefined;
  const exists = century === undefined ? isShortDate(year, month, day) : isDate(century + year, month, day);
  return exists && luhnDigits(digits);
}

/** Swedish organisation number: the third digit is 2 or more, Luhn over ten digits. */
export function seOrganisationsnummer(text: string): boolean {
  const digits = digitsOf(text);
  return digits.length === 10 && (digits[0] ?? 0) > 0 && (digits[2] ?? 0) >= 2 && luhnDigits(digits);
}

/** Italian VAT number: Luhn; digits 8 to 10 are the office (001 to 100, 120, 121, 888, 999). */
export function itVat(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 11 || !luhnDigits(digits) || digits.slice(0, 7).every((digit) => digit === 0))
    return false;
  const office = (digits[7] ?? 0) * 100 + (digits[8] ?? 0) * 10 + (digits[9] ?? 0);
  return (
    (office >= 1 && office <= 100) || office === 120 || office === 121 || office === 888 || office === 999
  );
}
