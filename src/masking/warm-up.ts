/** Ordinary text of the kinds that models write: what an automaton should have seen before its first caller. */
export const WARM_UP_SAMPLES: readonly string[] = [
  "The quick brown fox jumps over the lazy dog. However, we should think about what happens next: " +
    "it's important to understand why this works, isn't it? Yes \u2014 and there\u2019s more. " +
    "In 2024, about 1,250 people (roughly 35%) said they\u2019d agree; 12.5 of them were \u201cvery sure\u201d.",
  "Please contact John Smith at john.smith@example.com or +1 (415) 555-0132, card 4111 1111 1111 1111, " +
    "IBAN DE89 3704 0044 0532 0130 00, SSN 078-05-1120, host 10.0.12.255, https://example.com/path?query=1&x=2.",
  "# Title\n\n## Steps\n\n1. **First**, install it: `npm install --save-dev some-package`\n2. *Then* run:\n\n" +
    '```ts\nexport async function main(argv: readonly string[]): Promise<void> {\n  const snake_case_name = argv[0] ?? "";\n' +
    '  if (x <= 10 && y !== 0) { return fetch(`/v1/items/1`, { method: "POST" }); }\n}\n```\n\n' +
    "| Name | Value |\n|------|-------|\n| a_b | 10 % |\n\n- [ ] item one\n- [x] [link](https://example.org/a_b#c)\n> quote\n\n---\n",
  '{"name":"Ada Lovelace","email":"ada@example.org","tags":["a","b"],"count":12,"ok":true,"note":"line\\nbreak \\"quoted\\""}',
  "SELECT id, user_name FROM accounts WHERE created_at > '2024-01-31 10:15:00' AND score >= 0.75 ORDER BY id DESC;",
  'def handler(event, context):\n    api_key = os.environ["API_KEY"]\n    password = "changeme"\n    return {"statusCode": 200}\n',
];
