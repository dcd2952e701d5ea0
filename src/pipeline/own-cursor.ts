import type { Entry } from "../domain/entry.js";
import type { SluiceError } from "../domain/errors.js";
import type { CloseCause, Cursor } from "../recording/cursor.js";

/**
 * A cursor of the session's own caller, whose closing the session must hear of. Others read the same log
 * (followers, supervisors); they do not keep a session alive whose caller has gone.
 */
export class OwnCursor implements Cursor {
  readonly #inner: Cursor;
  #onClose: ((cause: CloseCause) => void) | null;

  constructor(inner: Cursor, onClose: (cause: CloseCause) => void) {
    this.#inner = inner;
    this.#onClose = onClose;
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
    this.#inner.close();
    const onClose = this.#onClose;
    this.#onClose = null;
    onClose?.(cause);
  }
}
