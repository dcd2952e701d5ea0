/**
 * Tests of single characters. Validators see text of models, so none of them uses the host's regular
 * expressions; what they ask is small enough to be asked character by character.
 */
export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isUpper(code: number): boolean {
  return code >= 65 && code <= 90;
}

export function isLower(code: number): boolean {
  return code >= 97 && code <= 122;
}

export function isHexDigit(code: number): boolean {
  return isDigit(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);
}

/** Whether `test` holds for every character, and there is one. */
export function every(text: string, test: (code: number) => boolean): boolean {
  for (let i = 0; i < text.length; i++) if (!test(text.charCodeAt(i))) return false;
  return text.length > 0;
}

/** Whether `test` holds for any character. */
export function some(text: string, test: (code: number) => boolean): boolean {
  for (let i = 0; i < text.length; i++) if (test(text.charCodeAt(i))) return true;
  return false;
}

/** The characters for which `test` holds, in order. */
export function only(text: string, test: (code: number) => boolean): string {
  let kept = "";
  for (let i = 0; i < text.length; i++) if (test(text.charCodeAt(i))) kept += text.charAt(i);
  return kept;
}

/** Whether the text has this shape: `A` stands for a capital, `0` for a digit. */
export function hasShape(text: string, shape: string): boolean {
  if (text.length !== shape.length) return false;
  for (let i = 0; i < shape.length; i++) {
    const code = text.charCodeAt(i);
    if (!(shape.charAt(i) === "0" ? isDigit(code) : isUpper(code))) return false;
  }
  return true;
}

/** The runs of characters for which `test` holds. */
export function runs(text: string, test: (code: number) => boolean): readonly string[] {
  const found: string[] = [];
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    if (i < text.length && test(text.charCodeAt(i))) continue;
    if (i > start) found.push(text.slice(start, i));
    start = i + 1;
  }
  return found;
}
