import { allSame, digitsOf } from "./digits.js";

/** Numbers printed in advertisements and voided for it (SSA, "Social Security Number Misused"). */
const VOIDED: ReadonlySet<string> = new Set([
  "078051120",
  "219099999",
  "457555462",
  "123456789",
  "987654321",
]);

/** US social security number: no area 000, 666 or 900 and up, no group 00, no serial 0000 (SSA). */
export function usSsn(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 9 || allSame(digits)) return false;
  const plain = digits.join("");
  const area = plain.slice(0, 3);
  if (area === "000" || area === "666" || area.startsWith("9")) return false;
  return plain.slice(3, 5) !== "00" && plain.slice(5) !== "0000" && !VOIDED.has(plain);
}

/** US ITIN: 9xx with a group of 50-65, 70-88, 90-92 or 94-99 (IRS Publication 1915). */
export function usItin(text: string): boolean {
  const plain = digitsOf(text).join("");
  const group = Number(plain.slice(3, 5));
  if (plain.length !== 9 || !plain.startsWith("9")) return false;
  return [
    [50, 65],
    [70, 88],
    [90, 92],
    [94, 99],
  ].some(([from = 0, to = 0]) => group >= from && group <= to);
}
