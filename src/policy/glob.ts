/**
 * Names with `*` (any characters, none too) and `?` (one character). Linear in practice and never
 * worse than pattern times text; no RegExp sees a name that a caller wrote.
 */
export function matchesGlob(glob: string, name: string): boolean {
  let g = 0;
  let n = 0;
  let star = -1;
  let resume = 0;
  while (n < name.length) {
    if (g < glob.length && glob[g] === "*") {
      star = g++;
      resume = n;
    } else if (g < glob.length && (glob[g] === "?" || glob[g] === name[n])) {
      g++;
      n++;
    } else if (star >= 0) {
      g = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (glob[g] === "*") g++;
  return g === glob.length;
}

/** Whether some name could match both; tells a rule that can never apply. */
export function globsOverlap(a: string, b: string): boolean {
  const seen = new Set<number>();
  const width = b.length + 1;
  const walk = (i: number, j: number): boolean => {
    const key = i * width + j;
    if (seen.has(key)) return false;
    seen.add(key);
    if (i === a.length && j === b.length) return true;
    const x = a[i];
    const y = b[j];
    if (x === "*") return walk(i + 1, j) || (j < b.length && walk(i, j + 1));
    if (y === "*") return walk(i, j + 1) || (i < a.length && walk(i + 1, j));
    if (x === undefined || y === undefined) return false;
    return (x === y || x === "?" || y === "?") && walk(i + 1, j + 1);
  };
  return walk(0, 0);
}
