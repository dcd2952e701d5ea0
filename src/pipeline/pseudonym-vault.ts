import { PseudonymTable } from "../masking/pseudonyms.js";

const MAX_CONVERSATIONS = 10_000;

/** The pseudonyms of one conversation, with the values that its own caller gets back. In memory only. */
export interface PseudonymVault {
  /** Names that stand in the prompt for the caller's own values, and are put back for the caller. */
  readonly table: PseudonymTable;
  /** Names that stand for values in answers; nobody gets those back. */
  readonly answers: PseudonymTable;
  /** What stands in every name, so that neither model nor prompt can guess one. */
  readonly nonce: string;
}

/** Vaults by conversation, least recently used first to go. After a restart values cannot be restored. */
export class PseudonymVaults {
  readonly #vaults = new Map<string, PseudonymVault>();
  readonly #newNonce: () => string;

  constructor(newNonce: () => string) {
    this.#newNonce = newNonce;
  }

  get(conversation: string): PseudonymVault {
    const known = this.#vaults.get(conversation);
    if (known !== undefined) {
      this.#vaults.delete(conversation);
      this.#vaults.set(conversation, known);
      return known;
    }
    const nonce = this.#newNonce();
    const vault = { table: new PseudonymTable({ nonce }), answers: new PseudonymTable(), nonce };
    if (this.#vaults.size >= MAX_CONVERSATIONS) this.#vaults.delete(this.#vaults.keys().next().value ?? "");
    this.#vaults.set(conversation, vault);
    return vault;
  }
}
