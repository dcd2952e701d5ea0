/**
 * Made-up token bodies for examples. They are assembled here so that no source file holds a text that a
 * secret scanner would take for a leak. The sequence is fixed, mixed and without meaning.
 */
const ALNUM = "q7Zt3Xw9Rk2Vb8Nm4Lc6Hj5Gf1DsAy0PoIuTeWQxCvBnMkJhGfSaZ";

function draw(alphabet: string, length: number): string {
  let text = "";
  let seed = 17;
  for (let i = 0; i < length; i++) {
    seed = (seed * 61 + 7 * i + 29) % 9973;
    text += alphabet.charAt(seed % alphabet.length);
  }
  return text;
}

/** Letters of both cases and digits. */
export function alnum(length: number): string {
  return draw(ALNUM, length);
}

/** Lower-case letters and digits. */
export function lowerAlnum(length: number): string {
  return draw("k3vq8zt1xw5rbn7mlc2hj6gfd4sy9po0iuea", length);
}

/** Upper-case letters and digits. */
export function upperAlnum(length: number): string {
  return draw("K3VQ8ZT1XW5RBN7MLC2HJ6GFD4SY9PO0IUEA", length);
}

/** Lower-case hexadecimal digits. */
export function hex(length: number): string {
  return draw("3f9a1c7e5b0d8264", length);
}

/** Decimal digits that do not begin with 0. */
export function digits(length: number): string {
  return draw("7391524680", length);
}

/** A UUID. */
export function uuid(): string {
  const body = hex(32);
  return [body.slice(0, 8), body.slice(8, 12), body.slice(12, 16), body.slice(16, 20), body.slice(20)].join(
    "-",
  );
}
