import { isShortDate } from "./calendar.js";
import { allSame, digitsOf, weightedSum } from "./digits.js";

/** UK NHS number: weights 10 to 2, modulus 11 (NHS Data Dictionary, "NHS NUMBER"). */
export function ukNhs(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 10 || allSame(digits)) return false;
  const check = 11 - (weightedSum(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
  return check !== 10 && check % 11 === digits[9];
}

/** Australian Tax File Number: weighted sum divisible by 11 (ATO). */
export function auTfn(text: string): boolean {
  const digits = digitsOf(text);
  return (
    digits.length === 9 && !allSame(digits) && weightedSum(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0
  );
}

/** Australian Company Number: weights 8 to 1, modulus 10 (ASIC). */
export function auAcn(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 9 || allSame(digits)) return false;
  return (10 - (weightedSum(digits, [8, 7, 6, 5, 4, 3, 2, 1]) % 10)) % 10 === digits[8];
}

/** Australian Business Number: first digit less one, weighted sum divisible by 89 (ABR). */
export function auAbn(text: string): boolean {
  const digits = digitsOf(text);
  const first = digits[0] ?? 0;
  if (digits.length !== 11 || first === 0) return false;
  return weightedSum([first - 1, ...digits.slice(1)], [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) % 89 === 0;
}

/** Australian Medicare card: first digit 2 to 6, ninth digit the weighted sum modulo 10. */
export function auMedicare(text: string): boolean {
  const digits = digitsOf(text);
  const first = digits[0] ?? 0;
  if (digits.length < 10 || digits.length > 11 || first < 2 || first > 6) return false;
  return weightedSum(digits, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === digits[8];
}

/** US bank routing number: weights 3, 7, 1 and an assigned Federal Reserve prefix (ABA). */
export function abaRouting(text: string): boolean {
  const digits = digitsOf(text);
  const prefix = (digits[0] ?? 0) * 10 + (digits[1] ?? 0);
  const assigned =
    prefix <= 12 || (prefix >= 21 && prefix <= 32) || (prefix >= 61 && prefix <= 72) || prefix === 80;
  return (
    digits.length === 9 &&
    assigned &&
    !allSame(digits) &&
    weightedSum(digits, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0
  );
}

/** US DEA registration: two letters, six digits, then (d1+d3+d5) + 2(d2+d4+d6) modulo 10. */
export function usDea(text: string): boolean {
  const digits = digitsOf(text.slice(2));
  return digits.length === 7 && weightedSum(digits, [1, 2, 1, 2, 1, 2]) % 10 === digits[6];
}

/** Polish PESEL: date with the century in the month, weights 1, 3, 7, 9. */
export function plPesel(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 11 || weightedSum(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 !== 0) return false;
  const [y1 = 0, y2 = 0, m1 = 0, m2 = 0, d1 = 0, d2 = 0] = digits;
  return isShortDate(y1 * 10 + y2, (m1 * 10 + m2) % 20, d1 * 10 + d2);
}

/** Korean business registration number (National Tax Service). */
export function krBrn(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 10 || allSame(digits)) return false;
  const sum = weightedSum(digits, [1, 3, 7, 1, 3, 7, 1, 3, 5]) + Math.floor(((digits[8] ?? 0) * 5) / 10);
  return (10 - (sum % 10)) % 10 === digits[9];
}

/** Korean resident or foreigner registration number: date, and the pre-2020 check digit. */
export function krRegistration(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 13) return false;
  const [y1 = 0, y2 = 0, m1 = 0, m2 = 0, d1 = 0, d2 = 0, kind = 0] = digits;
  const sum = weightedSum(digits, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
  const foreigner = kind >= 5 && kind <= 8;
  const check = ((foreigner ? 13 : 11) - (sum % 11)) % 10;
  return isShortDate(y1 * 10 + y2, m1 * 10 + m2, d1 * 10 + d2) && check === digits[12];
}

/** Thai national identity number: weights 13 to 2, modulus 11; digits 2 and 3 are a province. */
export function thTnin(text: string): boolean {
  const digits = digitsOf(text);
  const [kind = 0, p1 = 0, p2 = 0] = digits;
  if (digits.length !== 13 || kind < 1 || kind > 8 || p1 === 0 || allSame(digits)) return false;
  const province = p1 * 10 + p2;
  if (
    ![
      [10, 27],
      [30, 58],
      [60, 67],
      [70, 77],
      [80, 86],
      [90, 96],
    ].some(([a = 0, b = 0]) => province >= a && province <= b)
  )
    return false;
  return (11 - (weightedSum(digits, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === digits[12];
}

/** Turkish identity number: two check digits (MERNIS). */
export function trNationalId(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 11 || digits[0] === 0) return false;
  const odd = weightedSum(digits, [1, 0, 1, 0, 1, 0, 1, 0, 1]);
  const even = weightedSum(digits, [0, 1, 0, 1, 0, 1, 0, 1]);
  const tenth = (((odd * 7 - even) % 10) + 10) % 10;
  return tenth === digits[9] && (odd + even + (digits[9] ?? 0)) % 10 === digits[10];
}

/** German physician number (LANR): weights 4 and 9 over six digits, modulus 10 (KBV). */
export function deLanr(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 9) return false;
  const difference = (10 - (weightedSum(digits, [4, 9, 4, 9, 4, 9]) % 10)) % 10;
  return difference === digits[6];
}

/** Brazilian CPF: two check digits, modulus 11. */
export function brCpf(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 11 || allSame(digits)) return false;
  const check = (weights: readonly number[]) => ((weightedSum(digits, weights) * 10) % 11) % 10;
  return (
    check([10, 9, 8, 7, 6, 5, 4, 3, 2]) === digits[9] &&
    check([11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) === digits[10]
  );
}

/** Russian SNILS: weights 9 to 1, modulus 101, a rest of 100 counts as 0. */
export function ruSnils(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 11 || allSame(digits.slice(0, 9))) return false;
  const check = (weightedSum(digits, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101) % 100;
  return check === (digits[9] ?? 0) * 10 + (digits[10] ?? 0);
}

/** Russian INN: ten digits with one check digit, or twelve with two, modulus 11. */
export function ruInn(text: string): boolean {
  const digits = digitsOf(text);
  const check = (weights: readonly number[]): number => (weightedSum(digits, weights) % 11) % 10;
  if (allSame(digits)) return false;
  if (digits.length === 10) return check([2, 4, 10, 3, 5, 9, 4, 6, 8]) === digits[9];
  if (digits.length !== 12) return false;
  const first = check([7, 2, 4, 10, 3, 5, 9, 4, 6, 8]);
  return first === digits[10] && check([3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) === digits[11];
}

// Two digits for the letter of the place of birth, as the Ministry of the Interior numbered them.
const TAIWANESE = "ABCDEFGHJKLMNPQRSTUVXYWZIO";

/** Taiwanese national or resident identity number: weights 1, 9, 8 to 1, 1, modulus 10. */
export function twNationalId(text: string): boolean {
  const place = TAIWANESE.indexOf(text.charAt(0).toUpperCase()) + 10;
  const digits = digitsOf(text);
  if (place < 10 || digits.length !== 9) return false;
  const all = [Math.floor(place / 10), place % 10, ...digits];
  return weightedSum(all, [1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1]) % 10 === 0;
}
