import type { Detector } from "../detector.js";
import { announced } from "./announced.js";
import { PASSPORT_WORDS, PERSON_NUMBER_WORDS, TAX_WORDS } from "./context-words.js";

export const ruDetectors: readonly Detector[] = [
  {
    id: "pii/ru/snils",
    entity: "RU_SNILS",
    pattern: "(?<![\\w.-])\\d{3}-\\d{3}-\\d{3}[ -]\\d{2}(?![\\w-])",
    validator: "ru-snils",
    specificity: 74,
    source: "Social Fund of Russia, SNILS: weights 9 to 1, modulus 101",
    examples: ["112-233-445 95"],
    counterExamples: ["112-233-445 96"],
  },
  ...announced({
    id: "pii/ru/snils-joined",
    entity: "RU_SNILS",
    pattern: "(?<![\\w.-])\\d{11}(?![\\w-])",
    validator: "ru-snils",
    context: PERSON_NUMBER_WORDS,
    specificity: 73,
    source: "Social Fund of Russia, SNILS",
    value: "11223344595",
    examples: ["СНИЛС 11223344595"],
    counterExamples: ["заказ 11223344595"],
  }),
  ...announced({
    id: "pii/ru/inn",
    entity: "RU_INN",
    pattern: "(?<![\\w.-])(?:\\d{10}|\\d{12})(?![\\w-])",
    validator: "ru-inn",
    context: TAX_WORDS,
    specificity: 72,
    source: "Federal Tax Service order of 29 June 2012: one or two check digits",
    alone: "\\d{12}",
    value: "500100732259",
    examples: ["ИНН 7707083893", "INN 500100732259"],
    counterExamples: ["ИНН 7707083894", "счёт 7707083893"],
  }),
  {
    id: "pii/ru/passport",
    entity: "RU_PASSPORT",
    pattern: "(?<![\\w.-])\\d{2} ?\\d{2} ?№? ?\\d{6}(?![\\w-])",
    context: PASSPORT_WORDS,
    specificity: 56,
    source: "Government decree 828 of 8 July 1997: series of four digits, number of six",
    examples: ["паспорт 45 08 123456"],
    counterExamples: ["заказ 45 08 123456"],
  },
];
