import { asSluiceError, type SluiceError } from "../domain/errors.js";
import { loadPolicies, type PolicySource } from "./load-policies.js";
import type { PolicySet } from "./policy-set.js";

/** What a reload came to. */
export type Reload =
  | { readonly outcome: "replaced"; readonly from: PolicySet; readonly to: PolicySet }
  | { readonly outcome: "unchanged" }
  /** The file was refused; the policies from before stay in force. */
  | { readonly outcome: "refused"; readonly error: SluiceError };

/** Holds the policies in force. Replacing is atomic: a decision uses one set from beginning to end. */
export class PolicyStore {
  #current: PolicySet;
  #lastRefusal: SluiceError | null = null;
  readonly #listeners = new Set<(reload: Reload) => void>();

  constructor(initial: PolicySet) {
    this.#current = initial;
  }

  get current(): PolicySet {
    return this.#current;
  }

  /** Why the last reload was refused; null once one has succeeded. For `doctor` and readiness. */
  get lastRefusal(): SluiceError | null {
    return this.#lastRefusal;
  }

  /** Reads a new text of the file. Never throws: what is wrong with it stands in the answer. */
  replace(text: string, source?: PolicySource): Reload {
    return this.#settle(this.#read(text, source));
  }

  /** A reload that failed before there was a text to read. */
  refuse(error: SluiceError): Reload {
    return this.#settle({ outcome: "refused", error });
  }

  /** Told of every reload, refused ones too, after it has taken effect. Returns how to stop. */
  onReload(listener: (reload: Reload) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #settle(reload: Reload): Reload {
    this.#lastRefusal = reload.outcome === "refused" ? reload.error : null;
    if (reload.outcome === "replaced") this.#current = reload.to;
    for (const listener of this.#listeners) listener(reload);
    return reload;
  }

  #read(text: string, source: PolicySource | undefined): Reload {
    const from = this.#current;
    try {
      const to = loadPolicies(
        text,
        source ?? { ...from.surroundings, file: from.file, embedded: from.embedded },
      );
      const same = source === undefined && to.version === from.version;
      return same ? { outcome: "unchanged" } : { outcome: "replaced", from, to };
    } catch (thrown) {
      return { outcome: "refused", error: asSluiceError(thrown) };
    }
  }
}
