import type { RecordKeys } from "./record-keys.js";

/** A signed head of the ledger, as it is kept outside the store: one line of JSON. */
export interface Anchor {
  readonly v: 1;
  /** Identity of the store, hex. */
  readonly store: string;
  /** Number and link (hex) of the last ledger record. */
  readonly seq: number;
  readonly link: string;
  /** RFC 3339, by the gateway's clock. */
  readonly at: string;
  /** Id of the public key. */
  readonly key: string;
  /** Ed25519 over `anchorBytes`, base64url. */
  readonly sig: string;
}

type Head = Pick<Anchor, "store" | "seq" | "link" | "at">;

/** What is signed. */
export function anchorBytes({ store, seq, link, at }: Head): Buffer {
  return Buffer.from(`sluice-anchor-v1\n${store}\n${seq}\n${link}\n${at}\n`);
}

export function signAnchor(head: Head, signing: RecordKeys["signing"]): Anchor {
  const { keyId, signature } = signing.sign(anchorBytes(head));
  return { v: 1, ...head, key: keyId, sig: Buffer.from(signature).toString("base64url") };
}

/** Null where the line is no anchor. */
export function parseAnchor(line: string): Anchor | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const members = new Map<string, unknown>(Object.entries(value));
  const text = (name: string): string => {
    const member = members.get(name);
    return typeof member === "string" ? member : "";
  };
  const seq = members.get("seq");
  if (members.get("v") !== 1 || typeof seq !== "number" || !Number.isSafeInteger(seq)) return null;
  const anchor = { v: 1 as const, store: text("store"), seq, link: text("link"), at: text("at") };
  return { ...anchor, key: text("key"), sig: text("sig") };
}
