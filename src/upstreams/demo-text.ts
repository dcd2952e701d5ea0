/** Longest piece that the demo model says at once, in code points; about a token of a real model. */
const PIECE = 8;

/**
 * Cuts text as a model streams it: words with the space before them, long words in pieces. A `|` in a
 * script forces a cut there and is not said; it shows how a mask holds across chunks.
 */
export function demoPieces(script: string): readonly string[] {
  const pieces: string[] = [];
  for (const part of script.split("|")) {
    for (const word of part.match(/\s*\S+|\s+$/gu) ?? []) {
      const points = [...word];
      const first = PIECE + (word.length - word.trimStart().length);
      pieces.push(points.slice(0, first).join(""));
      for (let at = first; at < points.length; at += PIECE)
        pieces.push(points.slice(at, at + PIECE).join(""));
    }
  }
  return pieces;
}

/** Text of a caller that is said again: its own `|` are no marks of a script. */
export function sayAgain(text: string): readonly string[] {
  return text
    .split("|")
    .flatMap((part, index) => (index === 0 ? demoPieces(part) : ["|", ...demoPieces(part)]));
}
