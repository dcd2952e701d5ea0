import type { SluiceError } from "../domain/errors.js";
import type { PrincipalName } from "../domain/principal.js";
import type { CloseCause, Cursor } from "../recording/cursor.js";
import { CursorView } from "../recording/cursor-view.js";

/** Tells of authority that is taken back while somebody reads. */
export interface Authority {
  /** Calls back with the error that the reader is told; returns how to stop listening. */
  onLost(principal: PrincipalName, listener: (error: SluiceError) => void): () => void;
}

/** A cursor over somebody's session that ends when its reader is shut out. */
export class GuardedCursor extends CursorView {
  readonly #stop: () => void;

  constructor(inner: Cursor, reader: PrincipalName, authority: Authority) {
    super(inner);
    this.#stop = authority.onLost(reader, (error) => {
      const told = this.onFault;
      this.close();
      told?.(error);
    });
  }

  override close(cause: CloseCause = "gone"): void {
    this.#stop();
    super.close(cause);
  }
}
