import { hash } from "node:crypto";

/**
 * A link of a hash chain: 32 bytes as a latin1 string, the form in which node makes, compares and
 * writes them fastest.
 */
export type ChainHash = string;

export const CHAIN_HASH_BYTES = 32;

/** Stands before the first record of every chain. */
export const CHAIN_START: ChainHash = "\0".repeat(CHAIN_HASH_BYTES);

/** SHA-256 over a record followed by the hash before it; both stand in `bytes`, side by side. */
export function linkOf(bytes: Buffer): ChainHash {
  return hash("sha256", bytes, "binary");
}

/** The next link for a record that stands somewhere else. */
export function nextLink(record: Buffer, previous: ChainHash): ChainHash {
  const bytes = Buffer.allocUnsafe(record.length + CHAIN_HASH_BYTES);
  record.copy(bytes);
  bytes.write(previous, record.length, CHAIN_HASH_BYTES, "latin1");
  return linkOf(bytes);
}

export function hexOf(link: ChainHash): string {
  return Buffer.from(link, "latin1").toString("hex");
}
