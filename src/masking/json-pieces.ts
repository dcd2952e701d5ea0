/**
 * `mark`: punctuation, white space, quotes and the words true, false, null; `string`: what stands
 * between two quotes; `number`; `raw`: everything from the first character on that is no JSON.
 */
export type JsonPieceKind = "mark" | "string" | "number" | "raw";

export interface JsonPiece {
  readonly kind: JsonPieceKind;
  /** How many strings the piece lies inside of: 1 and more for JSON that stands in a JSON string. */
  readonly depth: number;
  start: number;
  /** -1 while it may still grow. */
  end: number;
}

/** An escape sequence inside a string, which must not be cut. `end` is -1 while it is incomplete. */
export interface JsonEscape {
  start: number;
  end: number;
}

/** The pieces and the escape sequences of a JSON text that are not dropped yet, ascending. */
export class JsonPieces {
  readonly pieces: JsonPiece[] = [];
  readonly escapes: JsonEscape[] = [];

  /** Lets the last piece grow, or begins one of the kind. */
  grow(kind: JsonPieceKind, depth: number, start: number): void {
    const last = this.pieces.at(-1);
    if (last !== undefined && last.kind === kind && last.depth === depth && last.end < 0) return;
    this.begin(kind, depth, start);
  }

  begin(kind: JsonPieceKind, depth: number, start: number): void {
    this.seal(start);
    this.pieces.push({ kind, depth, start, end: -1 });
  }

  /** Ends the last piece. */
  seal(end: number): void {
    const last = this.pieces.at(-1);
    if (last !== undefined && last.end < 0) last.end = end;
  }

  /** Takes back the pieces that begin at `start` or after it. */
  takeBack(start: number): void {
    while ((this.pieces.at(-1)?.start ?? -1) >= start) this.pieces.pop();
  }

  /** Forgets what lies before `position`. */
  drop(position: number): void {
    dropFrom(this.pieces, position);
    dropFrom(this.escapes, position);
  }

  rebase(by: number): void {
    for (const each of [...this.pieces, ...this.escapes]) {
      each.start -= by;
      if (each.end >= 0) each.end -= by;
    }
  }
}

function dropFrom(list: { readonly end: number }[], position: number): void {
  let done = 0;
  while (done < list.length && isOver(list[done], position)) done++;
  if (done > 0) list.splice(0, done);
}

function isOver(each: { readonly end: number } | undefined, position: number): boolean {
  return each !== undefined && each.end >= 0 && each.end <= position;
}
