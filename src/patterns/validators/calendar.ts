/** Days of a month in the Gregorian calendar; 0 for a month that does not exist. */
export function daysInMonth(year: number, month: number): number {
  if (month < 1 || month > 12) return 0;
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Whether the date exists. */
export function isDate(year: number, month: number, day: number): boolean {
  return day >= 1 && day <= daysInMonth(year, month);
}

/** Whether the two-digit year can be completed (1900s or 2000s) so that the date exists. */
export function isShortDate(yearOfCentury: number, month: number, day: number): boolean {
  return isDate(1900 + yearOfCentury, month, day) || isDate(2000 + yearOfCentury, month, day);
}
