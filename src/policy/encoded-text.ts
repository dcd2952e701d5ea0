import { PAUSE, type Pause } from "../domain/pace.js";

/** Shorter runs hold nothing that a rule would find, and prose is full of them. */
const MIN_RUN = 20;
/** What one prompt may have decoded of it. */
const MAX_RUNS = 1000;
const MAX_DECODED_CHARS = 1 << 18;
/** Most of one run that is decoded at a time, so that no step is long. */
const MAX_RUN = 1 << 15;
const CHARS_A_STEP = 1 << 14;

/**
 * The texts that stand base64- or hex-encoded in a text: one layer, and only what decodes to text.
 * A model that is asked to decode reads them, so rules have to.
 */
export function* encodedTexts(text: string): Generator<string | Pause> {
  let runs = 0;
  let chars = 0;
  for (const belongs of [isBase64, isSpacedHex]) {
    for (const run of candidateRuns(text, belongs)) {
      yield PAUSE;
      if (run === PAUSE) continue;
      if (++runs > MAX_RUNS || chars > MAX_DECODED_CHARS) return;
      for (const decoded of decodings(run)) {
        chars += decoded.length;
        yield decoded;
      }
    }
  }
}

type CharTest = (code: number) => boolean;

function* candidateRuns(text: string, belongs: CharTest): Generator<string | Pause> {
  let start = -1;
  for (let index = 0; index <= text.length; index++) {
    if (index % CHARS_A_STEP === 0) yield PAUSE;
    const inside = index < text.length && belongs(text.charCodeAt(index));
    if (inside && start < 0) start = index;
    if (inside || start < 0) continue;
    if (index - start >= MIN_RUN) yield text.slice(start, Math.min(index, start + MAX_RUN));
    start = -1;
  }
}

function decodings(run: string): readonly string[] {
  const hex = run.replaceAll(" ", "");
  const found: string[] = [];
  if (hex.length >= MIN_RUN && hex.length % 2 === 0 && all(hex, isHex))
    found.push(Buffer.from(hex, "hex").toString("utf8"));
  if (!run.includes(" ") && run.length % 4 !== 1) found.push(Buffer.from(run, "base64").toString("utf8"));
  return found.filter(isText);
}

/** Random bytes are full of control characters and broken sequences; text has next to none. */
function isText(decoded: string): boolean {
  let odd = 0;
  for (let index = 0; index < decoded.length; index++) {
    const code = decoded.charCodeAt(index);
    if (code === 0xfffd || code === 0x7f || (code < 0x20 && code !== 9 && code !== 10 && code !== 13)) odd++;
  }
  return decoded.length >= 8 && odd * 20 < decoded.length;
}

function all(text: string, test: CharTest): boolean {
  for (let index = 0; index < text.length; index++) if (!test(text.charCodeAt(index))) return false;
  return true;
}

function isHex(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);
}

function isSpacedHex(code: number): boolean {
  return code === 0x20 || isHex(code);
}

/** Both alphabets (RFC 4648 sections 4 and 5) and padding. */
function isBase64(code: number): boolean {
  const letter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
  return (
    letter ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2b ||
    code === 0x2f ||
    code === 0x2d ||
    code === 0x5f ||
    code === 0x3d
  );
}
