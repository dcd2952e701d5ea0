import type { CloseCause, Cursor } from "../recording/cursor.js";
import { CursorView } from "../recording/cursor-view.js";

/**
 * A cursor of the session's own caller, whose closing the session must hear of. Others read the same log
 * (followers, supervisors); they do not keep a session alive whose caller has gone.
 */
export class OwnCursor extends CursorView {
  #onClose: ((cause: CloseCause) => void) | null;

  constructor(inner: Cursor, onClose: (cause: CloseCause) => void) {
    super(inner);
    this.#onClose = onClose;
  }

  override close(cause: CloseCause = "gone"): void {
    super.close();
    const onClose = this.#onClose;
    this.#onClose = null;
    onClose?.(cause);
  }
}
