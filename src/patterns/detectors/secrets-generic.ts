import type { Detector } from "../detector.js";
import { alnum } from "./sample-text.js";

const PASSWORD_WORD = "(?:pass(?:word|wd|phrase|code)|(?<![A-Za-z])(?:pass|pwd))";
const KEY_WORD =
  "(?:secret|token|(?:api|app|access|auth|account|client|private|encryption|encrypt|signing|master|session|service|license|secret|storage|shared|webhook|database|db)[ _.-]?key|apikey|(?:client|app|api|consumer|oauth)[ _.-]?secret|cred(?:ential)?s?|authorization|(?:user|basic|proxy|http|docker|registry)[_-]?auth)";
const REST = "(?:s|string|value|key|hash|data|[0-9]{1,3}|[_.-][A-Za-z0-9_.-]{0,24})?";
const SIGN = "(?:\\s{0,3}(?::=|::?:?=|=>|==?=?|\\?=|\\+=|\\.=|:|\\|\\|)\\s{0,3}|[\"'`]?,\\s?|>\\s{0,6})";

/** Last resort: a keyword, the sign of an assignment and a value that is neither a word nor code. */
export const genericSecrets: readonly Detector[] = [
  {
    id: "secrets/generic/quoted-password",
    entity: "PASSWORD_VALUE",
    pattern: `${PASSWORD_WORD}${REST}["'\`]?\\]?${SIGN}(?:\\s?(?:string|str) = )?["'\`]([^\\s"'\`<>{}()$][^\\s"'\`<>{}()]{4,127})(?=["'\`])`,
    ignoreCase: true,
    validator: "credential-value",
    specificity: 12,
    source: "OWASP, Secrets Management Cheat Sheet; MITRE CWE-798",
    examples: [`password = "${alnum(10)}"`, `'db_password': 'correct.horse-4'`, `"passwd" => "Tr0ub4dor&3"`],
    counterExamples: [
      'password = ""',
      "password: string",
      'password = "$PASSWORD"',
      'type="password" name="x"',
    ],
  },
  {
    id: "secrets/generic/plain-password",
    entity: "PASSWORD_VALUE",
    pattern: `${PASSWORD_WORD}${REST}(?:\\s{0,2}[=:]\\s{0,2}| is )([^\\s"'\`<>{}()$,;\\[\\]*|][^\\s"'\`<>{}(),;\\[\\]|]{4,127})`,
    ignoreCase: true,
    validator: "mixed-token",
    specificity: 11,
    source: "OWASP, Secrets Management Cheat Sheet",
    examples: [`my password: ${alnum(10)}`, "DB_PASS=m42ploz2wd", "the password is hunter22"],
    counterExamples: [
      "password: string",
      "password = getPassword()",
      "password is required",
      "password=os.environ[1]",
    ],
  },
  {
    id: "secrets/generic/quoted-key",
    entity: "SECRET_VALUE",
    pattern: `${KEY_WORD}${REST}["'\`]?\\]?(?: string| str)?${SIGN}["'\`]([A-Za-z0-9_.~+/=%!@#&*^-][A-Za-z0-9_.~+/=%!@#$&*^-]{9,255})(?=["'\`])`,
    ignoreCase: true,
    validator: "quoted-secret",
    minEntropy: 3,
    specificity: 10,
    source: "OWASP, Secrets Management Cheat Sheet; MITRE CWE-798",
    examples: [`api_key = "${alnum(24)}"`, `"clientSecret": "${alnum(32)}"`, `token := '${alnum(20)}'`],
    counterExamples: ['token = "application/json"', 'secret = "my-secret-name"', `hash = "${alnum(24)}"`],
  },
  {
    id: "secrets/generic/plain-key",
    entity: "SECRET_VALUE",
    pattern: `${KEY_WORD}${REST}(?:\\s{0,2}[=:]{1,4}\\s{0,2}| is |>\\s{0,6})([A-Za-z0-9][A-Za-z0-9_~+/=.-]{11,255})`,
    ignoreCase: true,
    validator: "random-token",
    minEntropy: 3.2,
    specificity: 10,
    source: "OWASP, Secrets Management Cheat Sheet",
    examples: [`API_KEY=${alnum(24)}`, `<token>${alnum(24)}</token>`],
    counterExamples: ["token = tokenizer.next_token2()", "API_KEY=your-api-key-goes-here-1"],
  },
];
