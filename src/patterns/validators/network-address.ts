import { every, isDigit, isHexDigit, only, some } from "./characters.js";

/** IPv6 address with optional zone and prefix length (RFC 4291 section 2.2, RFC 4007 section 11). */
export function ipv6(text: string): boolean {
  const [address = ""] = (text.split("%")[0] ?? "").split("/");
  const halves = address.split("::");
  if (halves.length > 2) return false;
  const left = groupsIn(halves[0] ?? "");
  const right = halves.length === 2 ? groupsIn(halves[1] ?? "") : [];
  const count = wordsIn(left) + wordsIn(right);
  if (![...left.slice(0, -1), ...right.slice(0, -1)].every(isHexGroup)) return false;
  const last = (halves.length === 2 ? right : left).at(-1);
  const middle = halves.length === 2 ? left.at(-1) : undefined;
  if (middle !== undefined && !isHexGroup(middle)) return false;
  if (last !== undefined && !isHexGroup(last) && !isIpv4(last)) return false;
  if (halves.length === 1) return count === 8;
  return count <= 7 && isWorthMasking(left, right);
}

/** Code is full of `::` (paths of C++, slices of Python), so that a short address counts only where
 *  it cannot be a name: the loopback, or a first group that no identifier has. */
function isWorthMasking(left: readonly string[], right: readonly string[]): boolean {
  if (left.length === 0) return right.length > 1 || right[0] === "1" || right.some(isIpv4);
  const text = [...left, ...right].join("");
  if (!some(text, isDigit)) return false;
  const first = left[0] ?? "";
  return left.length + right.length > 2 || first.length === 4 || isDigit(first.charCodeAt(0));
}

function groupsIn(half: string): readonly string[] {
  return half === "" ? [] : half.split(":");
}

function wordsIn(groups: readonly string[]): number {
  return groups.length + (groups.at(-1)?.includes(".") === true ? 1 : 0);
}

function isHexGroup(group: string): boolean {
  return group.length <= 4 && every(group, isHexDigit);
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return (
    parts.length === 4 &&
    parts.every((part) => part.length <= 3 && every(part, isDigit) && Number(part) <= 255)
  );
}

/** Hardware address that names a device: neither broadcast nor all zeros, one separator throughout. */
export function macAddress(text: string): boolean {
  const plain = only(text, isHexDigit).toLowerCase();
  const separators = new Set(only(text, (code) => !isHexDigit(code)));
  return plain.length === 12 && separators.size === 1 && plain !== "ffffffffffff" && plain !== "000000000000";
}
