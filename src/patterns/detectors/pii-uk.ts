import type { Detector } from "../detector.js";
import { announced, TEN_DIGITS_NO_TIME } from "./announced.js";
import { ADDRESS_WORDS, HEALTH_WORDS, PASSPORT_WORDS, PLATE_WORDS } from "./context-words.js";

export const ukDetectors: readonly Detector[] = [
  {
    id: "pii/uk/nhs",
    entity: "UK_NHS",
    pattern: "(?<![\\w.-])\\d{3}[ -]?\\d{3}[ -]?\\d{4}(?![\\w-])",
    validator: "uk-nhs",
    context: HEALTH_WORDS,
    specificity: 74,
    source: "NHS Data Dictionary, NHS NUMBER",
    examples: ["NHS number 943 476 5919", "nhs: 9434765919"],
    counterExamples: ["NHS number 943 476 5918", "ticket 9434765919"],
  },
  {
    // A separated number with a right check digit; a telephone number of the same shape keeps its label.
    id: "pii/uk/nhs-separated",
    entity: "UK_NHS",
    pattern: "(?<![\\w.-])(?:\\d{3} \\d{3} \\d{4}|\\d{3}-\\d{3}-\\d{4})(?![\\w-])",
    validator: "uk-nhs",
    specificity: 49,
    source: "NHS Data Dictionary, NHS NUMBER",
    examples: ["943 476 5919"],
    counterExamples: ["943 476 59190"],
  },
  {
    id: "pii/uk/nhs-alone",
    entity: "UK_NHS",
    pattern: `^${TEN_DIGITS_NO_TIME}$`,
    wholeTextOnly: true,
    validator: "uk-nhs",
    specificity: 60,
    source: "NHS Data Dictionary, NHS NUMBER",
    examples: ["9434765919"],
    counterExamples: ["9434765918", "9434765919 items"],
  },
  {
    id: "pii/uk/nino",
    entity: "UK_NINO",
    // Prefixes BG, GB, KN, NK, NT, TN and ZZ are never issued: the second letter depends on the first.
    pattern:
      "(?<![\\w-])(?:[ACEHJLMOPRSWXY][A-CEGHJ-NPR-TW-Z]|B[A-CEHJ-NPR-TW-Z]|G[ACEGHJ-NPR-TW-Z]|K[A-CEGHJ-MPR-TW-Z]|N[A-CEGHJLMNPRSW-Z]|T[A-CEGHJ-MPR-TW-Z]|Z[A-CEGHJ-NPR-TW-Y])[ -]?\\d{2}[ -]?\\d{2}[ -]?\\d{2}[ -]?[A-D](?![\\w-])",
    ignoreCase: true,
    specificity: 70,
    source: "HMRC, National Insurance Manual NIM39110",
    examples: ["AA 12 34 56 B", "hh123456c"],
    counterExamples: ["DA 12 34 56 B", "AA 12 34 56 E", "AA1234567"],
  },
  ...announced({
    id: "pii/uk/passport",
    entity: "UK_PASSPORT",
    pattern: "(?<![\\w-])[A-Z]{2}\\d{7}(?![\\w-])",
    ignoreCase: true,
    context: PASSPORT_WORDS,
    specificity: 52,
    source: "HM Passport Office; nine characters in the machine readable zone (ICAO Doc 9303)",
    value: "AB1234567",
    examples: ["My passport number is CD7654321"],
    counterExamples: ["part CD7654321", "passport CD76543210"],
  }),
  {
    id: "pii/uk/driving-licence",
    entity: "UK_DRIVING_LICENCE",
    pattern:
      "(?<![\\w-])(?:[A-Z]{5}|[A-Z]{4}9|[A-Z]{3}99|[A-Z]{2}999|[A-Z]9999)\\d[0156]\\d(?:0[1-9]|[12]\\d|3[01])\\d[A-Z9]{2}[A-Z0-9]{3}(?![\\w-])",
    ignoreCase: true,
    specificity: 70,
    source: "DVLA INF45D: driver number",
    examples: ["MORGA657054SM9IJ", "licence JONES710238HA5AB"],
    counterExamples: ["MORGA697054SM9IJ", "MORGA657054SM9I"],
  },
  {
    id: "pii/uk/postcode",
    entity: "UK_POSTCODE",
    pattern:
      "(?<![\\w-])(?:[A-PR-UWYZ](?:\\d{1,2}|[A-HK-Y]\\d|[A-HK-Y]\\d\\d|\\d[A-HJKPS-UW]|[A-HK-Y]\\d[ABEHMNPRV-Y])|GIR) \\d[ABD-HJLNP-UW-Z]{2}(?![\\w-])",
    specificity: 45,
    source: "Royal Mail, Programmers' Guide to the Postcode Address File",
    examples: ["London SW1A 1AA", "M1 1AE, Manchester"],
    counterExamples: ["SW1A 1CA", "A1 paper 2AB"],
  },
  ...announced({
    id: "pii/uk/postcode-joined",
    entity: "UK_POSTCODE",
    pattern:
      "(?<![\\w-])[A-PR-UWYZ](?:\\d{1,2}|[A-HK-Y]\\d|[A-HK-Y]\\d\\d|\\d[A-HJKPS-UW]|[A-HK-Y]\\d[ABEHMNPRV-Y]) ?\\d[ABD-HJLNP-UW-Z]{2}(?![\\w-])",
    ignoreCase: true,
    context: ADDRESS_WORDS,
    specificity: 44,
    source: "Royal Mail, Programmers' Guide to the Postcode Address File",
    value: "sw1a1aa",
    examples: ["postcode sw1a 1aa"],
    counterExamples: ["model sw1a1aa"],
  }),
  {
    id: "pii/uk/vehicle-registration",
    entity: "UK_VEHICLE_REGISTRATION",
    pattern: "(?<![\\w-])[A-HJ-PR-Y]{2}(?:0[2-9]|[12]\\d|5[1-9]|6\\d|7\\d)[ -]?[A-HJ-PR-Z]{3}(?![\\w-])",
    specificity: 50,
    source: "DVLA INF104: current format since September 2001",
    examples: ["AB51 ABC", "LN14-HGT", "BD62XYZ"],
    counterExamples: ["AB35 ABC", "AB00 ABC", "AQ51 ABC", "XXXAB51ABCYYY"],
  },
  ...announced({
    id: "pii/uk/vehicle-registration-old",
    entity: "UK_VEHICLE_REGISTRATION",
    pattern:
      "(?<![\\w-])(?:[A-HJ-PR-Y]{2}(?:0[2-9]|[12]\\d|5[1-9]|6\\d|7\\d)[ -]?[A-HJ-PR-Z]{3}|[A-HJ-NPR-Y]\\d{1,3}[ -]?[A-HJ-PR-Y]{3}|[A-HJ-PR-Y]{3}[ -]?\\d{1,3}[A-HJ-NPR-Y])(?![\\w-])",
    ignoreCase: true,
    context: PLATE_WORDS,
    specificity: 49,
    source: "DVLA INF104: prefix and suffix formats",
    value: "M456DEF",
    examples: ["vehicle K1 ABC", "reg ab51 abc"],
    counterExamples: ["vehicle ABC 123I", "page K1 ABC"],
  }),
];
