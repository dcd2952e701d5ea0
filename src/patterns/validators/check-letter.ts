import { isDate } from "./calendar.js";
import { hasShape, isDigit, some } from "./characters.js";
import { digitsOf, plainUpper, weightedSum } from "./digits.js";

const SPANISH = "TRWAGMYFPDXBNJZSQVHLCKE";

/** Spanish NIF: the letter is the number modulo 23 (Ministerio del Interior). */
export function esNif(text: string): boolean {
  const plain = plainUpper(text);
  const shaped = hasShape(plain, "00000000A") || hasShape(plain, "0000000A");
  return shaped && SPANISH.charAt(Number(plain.slice(0, -1)) % 23) === plain.slice(-1);
}

/** Spanish NIE: as NIF with X, Y, Z for 0, 1, 2. */
export function esNie(text: string): boolean {
  const plain = plainUpper(text);
  const first = "XYZ".indexOf(plain.charAt(0));
  return first >= 0 && hasShape(plain, "A0000000A") && esNif(`${first}${plain.slice(1)}`);
}

const FINNISH = "0123456789ABCDEFHJKLMNPRSTUVWXY";
const FINNISH_CENTURY: ReadonlyMap<string, number> = new Map([
  ["+", 1800],
  ...[..."-YXWVU"].map((sign) => [sign, 1900] as const),
  ...[..."ABCDEF"].map((sign) => [sign, 2000] as const),
]);

/** Finnish personal identity code: date, century sign, and number modulo 31 (DVV). */
export function fiPersonalIdentityCode(text: string): boolean {
  const upper = text.toUpperCase();
  const century = FINNISH_CENTURY.get(upper.charAt(6));
  const digits = digitsOf(upper.slice(0, 6) + upper.slice(7, 10));
  if (century === undefined || upper.length !== 11 || digits.length !== 9) return false;
  const [d1 = 0, d2 = 0, m1 = 0, m2 = 0, y1 = 0, y2 = 0] = digits;
  if (!isDate(century + y1 * 10 + y2, m1 * 10 + m2, d1 * 10 + d2)) return false;
  return FINNISH.charAt(Number(digits.join("")) % 31) === upper.charAt(10);
}

// Values of the characters in odd places, 0-9 and A-Z (Decreto ministeriale 23 dicembre 1976).
const ITALIAN_ODD = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
] as const;

/** Italian fiscal code: check character over fifteen, with letters for digits where codes collided. */
export function itFiscalCode(text: string): boolean {
  const plain = plainUpper(text);
  if (plain.length !== 16) return false;
  let sum = 0;
  for (let i = 0; i < 15; i++) {
    const code = plain.charCodeAt(i);
    const value = code >= 65 ? code - 65 : code - 48;
    sum += i % 2 === 0 ? (ITALIAN_ODD[value] ?? 0) : value;
  }
  return String.fromCharCode(65 + (sum % 26)) === plain.charAt(15);
}

/** Singapore NRIC or FIN: weights 2, 7, 6, 5, 4, 3, 2 and a letter by series (S T, F G, M). */
export function sgNric(text: string): boolean {
  const plain = plainUpper(text);
  if (!hasShape(plain, "A0000000A") || !"STFGM".includes(plain.charAt(0))) return false;
  const series = plain.charAt(0);
  const offset = series === "T" || series === "G" ? 4 : series === "M" ? 3 : 0;
  const rest = (weightedSum(digitsOf(plain.slice(1, 8)), [2, 7, 6, 5, 4, 3, 2]) + offset) % 11;
  const letters =
    series === "S" || series === "T" ? "JZIHGFEDCBA" : series === "M" ? "XWUTRQPNJLK" : "XWUTRQPNMLK";
  return letters.charAt(rest) === plain.charAt(8);
}

/** German pension insurance number: date, letter, check digit over cross sums (DRV). */
export function deSocialSecurity(text: string): boolean {
  const plain = plainUpper(text);
  if (!hasShape(plain, "00000000A000")) return false;
  const day = Number(plain.slice(2, 4));
  const month = Number(plain.slice(4, 6));
  // The day is raised by 50 in numbers of a second pension account.
  if (!isDate(2000, month, day > 50 ? day - 50 : day)) return false;
  const letter = String(plain.charCodeAt(8) - 64).padStart(2, "0");
  const digits = digitsOf(plain.slice(0, 8) + letter + plain.slice(9, 11));
  const weights = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
  const sum = digits.reduce((total, digit, i) => total + crossSum(digit * (weights[i] ?? 0)), 0);
  return sum % 10 === Number(plain.charAt(11));
}

/** German health insurance number (KVNR): letter as two digits, weights 1 and 2, modulus 10. */
export function deHealthInsurance(text: string): boolean {
  const plain = plainUpper(text);
  if (!hasShape(plain, "A000000000")) return false;
  const letter = String(plain.charCodeAt(0) - 64).padStart(2, "0");
  const digits = digitsOf(letter + plain.slice(1, 9));
  const sum = digits.reduce((total, digit, i) => total + crossSum(digit * (i % 2 === 0 ? 1 : 2)), 0);
  return sum % 10 === Number(plain.charAt(9));
}

/** Document number with the check digit of ICAO Doc 9303: weights 7, 3, 1, modulus 10; needs a digit
 *  among the first characters, since a word in capitals is no document. */
export function icaoDocument(text: string): boolean {
  const plain = plainUpper(text);
  let sum = 0;
  for (let i = 0; i < plain.length - 1; i++) {
    const code = plain.charCodeAt(i);
    sum += (code >= 65 ? code - 55 : code - 48) * ([7, 3, 1][i % 3] ?? 0);
  }
  return some(plain.slice(0, -1), isDigit) && String(sum % 10) === plain.slice(-1);
}

function crossSum(value: number): number {
  return Math.floor(value / 10) + (value % 10);
}

/** Document number in which a digit stands: a word in capitals is none. */
export function hasDigit(text: string): boolean {
  return some(text, isDigit);
}
