import { isJsonObject, type JsonValue } from "../domain/json.js";
import { PAUSE, type Steps } from "../domain/pace.js";

/** Characters of one string that one step writes. */
const STRING_CHARS = 32 * 1024;
/** Values between two pauses. */
const VALUES_A_STEP = 256;

/** What `JSON.stringify` gives, in steps: a long conversation takes it tens of milliseconds. */
export function* jsonText(value: JsonValue): Steps<string> {
  const pieces: string[] = [];
  yield* write(value, { pieces, values: 0 });
  return pieces.join("");
}

interface Writing {
  readonly pieces: string[];
  values: number;
}

function* write(value: JsonValue, out: Writing): Steps<void> {
  if (++out.values % VALUES_A_STEP === 0) yield PAUSE;
  if (typeof value === "string") {
    yield* writeString(value, out);
  } else if (isJsonObject(value)) {
    let before = "{";
    for (const [key, member] of Object.entries(value)) {
      out.pieces.push(`${before}${JSON.stringify(key)}:`);
      yield* write(member, out);
      before = ",";
    }
    out.pieces.push(before === "{" ? "{}" : "}");
  } else if (Array.isArray(value)) {
    const list: readonly JsonValue[] = value;
    let before = "[";
    for (const entry of list) {
      out.pieces.push(before);
      yield* write(entry, out);
      before = ",";
    }
    out.pieces.push(before === "[" ? "[]" : "]");
  } else {
    out.pieces.push(JSON.stringify(value));
  }
}

/** A surrogate pair is never cut: its halves alone would be escaped. */
function* writeString(text: string, { pieces }: Writing): Steps<void> {
  if (text.length <= STRING_CHARS) {
    pieces.push(JSON.stringify(text));
    return;
  }
  pieces.push('"');
  for (let at = 0; at < text.length; ) {
    const last = text.charCodeAt(at + STRING_CHARS - 1);
    const end = at + STRING_CHARS + (last >= 0xd800 && last <= 0xdbff ? 1 : 0);
    pieces.push(JSON.stringify(text.slice(at, end)).slice(1, -1));
    yield PAUSE;
    at = end;
  }
  pieces.push('"');
}
