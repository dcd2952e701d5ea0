/** Ordinary text of the kinds that models write. */
const SAMPLES: readonly string[] = [
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

const WORDS =
  "the be to of and a in that have I it for not on with he as you do at this but his by from they we say her she or an will " +
  "my one all would there their what so up out if about who get which go me when make can like time no just him know take " +
  "people into year your good some could them see other than then now look only come its over think also back after use two " +
  "how our work first well way even new want because any these give day most us through during between important information " +
  "development application understand environment configuration function return const import export class string number " +
  "default value error message request response server client database password account address email phone name user " +
  "project document section example following general national international available something everything government " +
  "quickly however therefore although require generate create update delete install version package module component";
const ENDINGS = [
  " ",
  ", ",
  ". ",
  ": ",
  "; ",
  "? ",
  "! ",
  ".\n",
  ")\n\n",
  "-",
  "/",
  "_",
  "'s ",
  '" ',
  "** ",
  "` ",
  "=",
  "@",
  "\u2014",
  "\u2019t ",
];
const BEGINNINGS = ["", "", "", "**", "`", "(", '"', "- ", "# ", "_", "/", "$", "@", "\u201c"];
const FIGURES = [
  "7",
  "12",
  "345",
  "2024",
  "1,250",
  "3.14",
  "10:30",
  "2024-01-31",
  "100%",
  "v1.2.3",
  "0x1f",
  "1e6",
  "$19.99",
  "12345",
  "9876543",
];

/** Words in many surroundings, as any text would bring them; the same every time. */
function mixedWords(rounds: number): string {
  const words = WORDS.split(" ");
  let text = "";
  let turn = 0;
  for (let round = 0; round < rounds; round++) {
    for (const word of words) {
      turn++;
      const cased =
        turn % 7 === 0
          ? word.charAt(0).toUpperCase() + word.slice(1)
          : turn % 31 === 0
            ? word.toUpperCase()
            : word;
      text +=
        (BEGINNINGS[(turn * 5 + round) % BEGINNINGS.length] ?? "") +
        cased +
        (ENDINGS[(turn * turn + round) % ENDINGS.length] ?? " ");
      if (turn % 9 === 0)
        text += `${FIGURES[(turn + round) % FIGURES.length] ?? ""}${ENDINGS[turn % ENDINGS.length] ?? " "}`;
    }
  }
  return text;
}

/** What an automaton should have read before its first caller comes: about 30,000 characters. */
export function warmUpSamples(): readonly string[] {
  return [...SAMPLES, mixedWords(16)];
}
