import { createHash } from "node:crypto";

const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const BECH32M_CONSTANT = 0x2bc830a3;
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const;

/** Bytes of a Base58Check text whose four check bytes hold; undefined otherwise. */
function base58Check(text: string): Buffer | undefined {
  let value = 0n;
  for (const char of text) {
    const digit = BASE58.indexOf(char);
    if (digit < 0) return undefined;
    value = value * 58n + BigInt(digit);
  }
  const zeros = [...text].findIndex((char) => char !== "1");
  const hex = value === 0n ? "" : value.toString(16);
  const bytes = Buffer.concat([
    Buffer.alloc(Math.max(zeros, 0)),
    Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex"),
  ]);
  if (bytes.length < 5) return undefined;
  const payload = bytes.subarray(0, -4);
  const digest = sha256(sha256(payload));
  return digest.subarray(0, 4).equals(bytes.subarray(-4)) ? payload : undefined;
}

function sha256(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}

/** Bitcoin address: Base58Check of 21 bytes (P2PKH, P2SH), or Bech32/Bech32m (BIP 173, BIP 350). */
export function bitcoinAddress(text: string): boolean {
  if (text.toLowerCase().startsWith("bc1")) return bech32(text.toLowerCase());
  const payload = base58Check(text);
  return payload?.length === 21 && (payload[0] === 0 || payload[0] === 5);
}

/** Bitcoin private key in wallet import format: Base58Check of 33 or 34 bytes, version 128. */
export function bitcoinWif(text: string): boolean {
  const payload = base58Check(text);
  return payload !== undefined && (payload.length === 33 || payload.length === 34) && payload[0] === 0x80;
}

function bech32(text: string): boolean {
  const mark = text.lastIndexOf("1");
  const prefix = text.slice(0, mark);
  const data = [...text.slice(mark + 1)].map((char) => BECH32.indexOf(char));
  if (mark < 1 || data.length < 6 || data.includes(-1)) return false;
  const high = [...prefix].map((char) => char.charCodeAt(0) >> 5);
  const low = [...prefix].map((char) => char.charCodeAt(0) & 31);
  const check = polymod([...high, 0, ...low, ...data]);
  return check === 1 || check === BECH32M_CONSTANT;
}

function polymod(values: readonly number[]): number {
  let check = 1;
  for (const value of values) {
    const top = check >>> 25;
    check = ((check & 0x1ffffff) << 5) ^ value;
    for (let i = 0; i < 5; i++) if (((top >> i) & 1) === 1) check ^= GENERATOR[i] ?? 0;
  }
  return check >>> 0;
}
