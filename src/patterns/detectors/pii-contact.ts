import type { Detector } from "../detector.js";
import { PHONE_WORDS } from "./context-words.js";

const LOCAL = "A-Za-z0-9_%+~\\u00c0-\\u024f-";
const LABEL = "[A-Za-z0-9\\u00c0-\\u024f](?:[A-Za-z0-9\\u00c0-\\u024f-]{0,61}[A-Za-z0-9\\u00c0-\\u024f])?";

export const contactDetectors: readonly Detector[] = [
  {
    id: "pii/email",
    entity: "EMAIL_ADDRESS",
    // The characters that mail systems hand out, not all that RFC 5321 allows: `user=a@b.example` is an
    // address after a name, and a quote in code is no part of it.
    pattern: `(?<![${LOCAL}.])[${LOCAL}](?:[${LOCAL}.']{0,62}[${LOCAL}])?@(?:${LABEL}\\.){1,6}[A-Za-z\\u00c0-\\u024f][A-Za-z0-9-]{0,61}[A-Za-z0-9\\u00c0-\\u024f](?![A-Za-z0-9_])`,
    specificity: 60,
    source: "RFC 5321 section 4.1.2, RFC 5322 section 3.4.1 (unquoted form)",
    examples: ["Write to jane.doe+tag@mail.example.org, please.", "<o'neil@example.co.uk>"],
    counterExamples: ["See @jane or user@localhost for details.", "git@ and @types/node"],
  },
  {
    id: "pii/phone/international",
    entity: "PHONE_NUMBER",
    pattern:
      "(?<![\\w+./-])\\(?\\+[1-9]\\d{0,3}\\)?[ .-]?(?:\\(\\d{1,4}\\)[ .-]?)?\\d{1,12}(?:[ .-]{1,2}\\d{1,8}){0,6}(?:\\s?(?:x|ext\\.?)\\s?\\d{1,5})?(?!\\w)",
    validator: "phone-international",
    specificity: 55,
    source: "ITU-T E.123 section 2.3 and E.164",
    examples: ["+44 20 7946 0958", "+1-202-555-0143", "+46 (0)8 128 571 38", "call (+44) (555)123-1234."],
    counterExamples: ["x +1 + 2 = 3", "UTC+1 200", "a score of +12"],
  },
  {
    id: "pii/phone/international-access",
    entity: "PHONE_NUMBER",
    pattern:
      "(?<![\\w+./-])00[1-9]\\d{0,2}[ .-]?(?:\\(0?\\d{1,4}\\)[ .-]?)?\\d{2,12}(?:[ .-]\\d{2,8}){0,5}(?:\\s?(?:x|ext\\.?)\\s?\\d{1,5})?(?!\\w)",
    validator: "phone-international",
    specificity: 55,
    source: "ITU-T E.123 section 2.4 (international prefix 00)",
    examples: ["0044 20 7946 0958", "001-202-555-0143x123"],
    counterExamples: ["agent 007 in 1999", "0012"],
  },
  {
    id: "pii/us/phone",
    entity: "PHONE_NUMBER",
    pattern:
      "(?<![\\w+./-])(?:1[ .-])?(?:\\(\\d{3}\\)[ .-]?\\d{3}[ .-]\\d{4}|\\(\\d{2,4}\\) ?\\d{3,4}[ .-]\\d{4}|\\d{3}-\\d{3}-\\d{4}|\\d{3}\\.\\d{3}\\.\\d{4}|[2-9]\\d{2} [2-9]\\d{2}[ -]\\d{4}|[2-9]\\d{2}-\\d{3} \\d{4}|[2-9]\\d{2} [2-9]\\d{6})(?:\\s?(?:x|ext\\.?)\\s?\\d{1,6})?(?!\\w)",
    specificity: 50,
    source: "North American Numbering Plan, NANPA",
    examples: ["(415) 555-0132", "1-555-123-1234", "202.555.0143", "425 8829090", "(978)645-9740x11144"],
    counterExamples: ["2024-01-02", "555-0132 is local", "12 345 678"],
  },
  {
    id: "pii/phone/national",
    entity: "PHONE_NUMBER",
    pattern: "(?<![\\w+.,:/-])\\(?0[1-9]\\d{0,3}\\)?[ ./-]\\d{2,8}(?:[ .-]\\d{2,4}){0,4}(?![\\w]|-)",
    validator: "phone-national",
    specificity: 48,
    source: "ITU-T E.123 section 2.2 (national notation with trunk prefix 0)",
    examples: ["0490 75 40 81", "089 12345678", "01 42 68 53 00", "020 7946 0958"],
    counterExamples: ["01-02-2024 10", "01.02.2024", "at 09:30 on 12"],
  },
  {
    id: "pii/phone/announced",
    entity: "PHONE_NUMBER",
    pattern: "(?<![\\w+.-])\\(?\\d{2,13}\\)?(?:[ .-]\\(?\\d{2,8}\\)?){0,5}(?!\\w)",
    validator: "phone-announced",
    context: PHONE_WORDS,
    specificity: 47,
    source: "ITU-T E.164: at most 15 digits",
    examples: ["my phone number is 4258829090", "Phone: 451 598 63"],
    counterExamples: ["the phone costs 399", "phone released 2024-01-02"],
  },
  {
    id: "pii/cn/mobile",
    entity: "PHONE_NUMBER",
    pattern: "(?<![\\w+./-])1[3-9]\\d{9}(?!\\w)",
    context: PHONE_WORDS,
    specificity: 50,
    source: "Ministry of Industry and Information Technology, numbering plan: mobile numbers 13x to 19x",
    examples: ["My CN number is 13812345678"],
    counterExamples: ["order 13812345678", "number 12812345678"],
  },
  {
    id: "pii/ph/mobile",
    entity: "PH_MOBILE_NUMBER",
    pattern:
      "(?<![\\w+./-])(?:\\+63[ -]?(?:\\(9\\d{2}\\)|9\\d{2})|0 ?\\(9\\d{2}\\)|09\\d{2})[ -]?\\d{3}[ -]?\\d{4}(?!\\w)",
    specificity: 58,
    source: "National Telecommunications Commission, mobile numbers +63 9xx",
    examples: ["+63 917 123 4567", "0917-123-4567", "0 (917) 123 4567"],
    counterExamples: ["9171234567", "15091712345678", "091712345678"],
  },
];
