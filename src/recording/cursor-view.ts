import type { Entry } from "../domain/entry.js";
import type { SluiceError } from "../domain/errors.js";
import type { CloseCause, Cursor } from "./cursor.js";

/** A cursor that passes everything on to another, for whoever changes a part of it. */
export class CursorView implements Cursor {
  readonly #inner: Cursor;

  constructor(inner: Cursor) {
    this.#inner = inner;
  }

  get onReadable(): (() => void) | null {
    return this.#inner.onReadable;
  }

  set onReadable(listener: (() => void) | null) {
    this.#inner.onReadable = listener;
  }

  get onFault(): ((error: SluiceError) => void) | null {
    return this.#inner.onFault;
  }

  set onFault(listener: ((error: SluiceError) => void) | null) {
    this.#inner.onFault = listener;
  }

  get ended(): boolean {
    return this.#inner.ended;
  }

  get done(): boolean {
    return this.#inner.done;
  }

  get position(): number {
    return this.#inner.position;
  }

  take(limit: number): readonly Entry[] {
    return this.#inner.take(limit);
  }

  close(cause: CloseCause = "gone"): void {
    this.#inner.close(cause);
  }
}
