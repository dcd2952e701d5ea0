/** Longer names are not compared: nobody mistypes them by two letters and asks for help. */
const MAX_LENGTH = 64;

/** The known name that was probably meant; null where none is near. */
export function nearName(written: string, known: readonly string[]): string | null {
  if (written.length > MAX_LENGTH) return null;
  const allowed = Math.max(1, Math.floor(written.length / 3));
  let best: string | null = null;
  let bestDistance = allowed + 1;
  for (const name of known) {
    if (Math.abs(name.length - written.length) > allowed) continue;
    const distance = editDistance(written.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best ?? known.find((name) => isBeginning(written, name)) ?? null;
}

/** `EMAIL` for `EMAIL_ADDRESS`; two letters are the beginning of too much. */
function isBeginning(written: string, name: string): boolean {
  return written.length > 2 && name.toLowerCase().startsWith(written.toLowerCase());
}

/** `allowed: a, b, c` with the near name first, for the end of a message. */
export function suggest(written: string, known: readonly string[]): string {
  const near = nearName(written, known);
  const hint = near === null ? "" : `did you mean ${quote(near)}? `;
  if (known.length === 0) return `${hint}none is defined`;
  const shown = known.slice(0, 30).join(", ");
  return `${hint}allowed: ${shown}${known.length > 30 ? `, ... (${known.length} in all)` : ""}`;
}

/** The text as it may stand in a message: quoted, on one line, not longer than 60 characters. */
export function quote(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  return JSON.stringify(short);
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
