/** Words that stand where a secret would: documentation, templates and references to the real place. */
const PLACEHOLDER =
  /^(?:x+|\*+|\.+|<.*>|\{\{.*\}\}|\$\{?.*\}?|%.*%|your.*|my[-_]?.*|change[-_]?me.*|example.*|placeholder.*|redacted.*|none|null|nil|undefined|true|false|test|password|passwd|secret|token|string|value|required|optional)$/i;

/** Value beside a keyword that looks like a secret: letters and digits mixed, no placeholder, no code. */
export function credentialValue(text: string): boolean {
  if (text.length < 6 || PLACEHOLDER.test(text)) return false;
  return new Set(text).size > 3;
}

/** Value that holds a digit and a letter, so that it is neither a word nor a number. */
export function mixedToken(text: string): boolean {
  return /\d/.test(text) && /[A-Za-z]/.test(text) && credentialValue(text);
}
