import { allSame, digitsOf } from "./digits.js";
import { luhnDigits } from "./luhn.js";

/** Issuer ranges by their first digits, with the lengths that they issue. The ranges are those that the
 *  schemes publish (ISO/IEC 7812 register, summarised in "Payment card number", Wikipedia). */
interface IssuerRange {
  readonly from: number;
  readonly to: number;
  readonly lengths: readonly number[];
}

const LONG = [16, 17, 18, 19] as const;
const MAESTRO = [12, 13, 14, 15, 16, 17, 18, 19] as const;

const RANGES: readonly IssuerRange[] = [
  { from: 4000, to: 4999, lengths: [13, 16, 18, 19] }, // Visa
  { from: 5100, to: 5599, lengths: [16] }, // Mastercard
  { from: 2221, to: 2720, lengths: [16] }, // Mastercard
  { from: 2200, to: 2204, lengths: LONG }, // Mir
  { from: 3400, to: 3499, lengths: [15] }, // American Express
  { from: 3700, to: 3799, lengths: [15] }, // American Express
  { from: 3000, to: 3059, lengths: [14, 16, 17, 18, 19] }, // Diners Club
  { from: 3095, to: 3095, lengths: [14, 16, 17, 18, 19] }, // Diners Club
  { from: 3600, to: 3699, lengths: [14, 16, 17, 18, 19] }, // Diners Club
  { from: 3800, to: 3999, lengths: [14, 16, 17, 18, 19] }, // Diners Club
  { from: 3500, to: 3599, lengths: LONG }, // JCB (3528 to 3589) and its neighbours, which generators use
  { from: 1000, to: 1999, lengths: [15] }, // UATP
  { from: 1800, to: 1800, lengths: [15] }, // JCB
  { from: 2131, to: 2131, lengths: [15] }, // JCB
  { from: 5000, to: 5099, lengths: MAESTRO }, // Maestro, Elo
  { from: 5600, to: 6999, lengths: MAESTRO }, // Maestro, Discover, UnionPay, RuPay, Hipercard
  { from: 8100, to: 8299, lengths: LONG }, // RuPay, UnionPay
  { from: 9792, to: 9792, lengths: [16] }, // Troy
];

/** A payment card number: an issuer range with a length that it issues, and Luhn. */
export function cardNumber(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length < 12 || digits.length > 19 || allSame(digits) || !luhnDigits(digits)) return false;
  const [a = 0, b = 0, c = 0, d = 0] = digits;
  const head = a * 1000 + b * 100 + c * 10 + d;
  return RANGES.some(
    ({ from, to, lengths }) => head >= from && head <= to && lengths.includes(digits.length),
  );
}
