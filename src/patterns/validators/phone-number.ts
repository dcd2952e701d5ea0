import { isDigit, runs } from "./characters.js";
import { allSame, digitsOf } from "./digits.js";

/** The separated groups of digits of a printed number, an extension left out. */
function groupsOf(text: string): readonly string[] {
  const letter = [...text].findIndex((char) => char === "x" || char === "e");
  return runs(letter < 0 ? text : text.slice(0, letter), isDigit);
}

/** Number with a country code: 8 to 15 digits (ITU-T E.164), after + or 00. */
export function phoneInternational(text: string): boolean {
  const digits = groupsOf(text).join("");
  const national =
    text.startsWith("+") || text.startsWith("(+")
      ? digits
      : digits.startsWith("00")
        ? digits.slice(2)
        : digits;
  return (
    national.length >= 8 && national.length <= 15 && !national.startsWith("0") && new Set(national).size > 2
  );
}

/** Number with a trunk prefix 0: 9 to 11 digits, and not a date, a time or a list of small numbers. */
export function phoneNational(text: string): boolean {
  const groups = groupsOf(text);
  const digits = groups.join("");
  if (digits.length < 9 || digits.length > 11 || allSame(digitsOf(digits.slice(1)))) return false;
  return !isDateLike(groups) && !isCounting(groups);
}

/** Number of seven to fifteen digits that a context word announced; not a date. */
export function phoneAnnounced(text: string): boolean {
  const groups = groupsOf(text);
  const count = groups.join("").length;
  return count >= 7 && count <= 15 && !isDateLike(groups) && !isCounting(groups);
}

/** Day, month and year in any order, whatever follows. */
function isDateLike(groups: readonly string[]): boolean {
  const [first = "", second = "", third = ""] = groups;
  const dayFirst = first.length === 2 && second.length === 2 && third.length === 4 && Number(second) <= 31;
  const yearFirst = first.length === 4 && second.length === 2 && third.length === 2 && isYear(first);
  return (dayFirst && isYear(third)) || yearFirst;
}

function isYear(group: string): boolean {
  return group.startsWith("19") || group.startsWith("20");
}

/** Consecutive numbers, as in a numbered list. */
function isCounting(groups: readonly string[]): boolean {
  if (groups.length < 4) return false;
  return groups.every((group, i) => i === 0 || Number(group) === Number(groups[i - 1]) + 1);
}
