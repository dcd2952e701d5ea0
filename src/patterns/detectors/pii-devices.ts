import type { Detector } from "../detector.js";
import { announced } from "./announced.js";
import { DEVICE_WORDS } from "./context-words.js";

/** Numbers of things that lead to their owner. */
export const deviceDetectors: readonly Detector[] = [
  {
    id: "pii/vin",
    entity: "VIN",
    label: "VIN_NUMBER",
    pattern: "(?<![\\w-])[A-HJ-NPR-Z0-9]{8}[0-9X][A-HJ-NPR-Z0-9]{8}(?![\\w-])",
    ignoreCase: true,
    validator: "vin",
    specificity: 68,
    source: "ISO 3779; 49 CFR 565.15, check digit in the ninth place",
    examples: ["1HGCM82633A004352", "vin 5yjsa1dg9dfp14705"],
    counterExamples: ["1HGCM82643A004352", "1HGCM82633A00435"],
  },
  ...announced({
    id: "pii/vin-unchecked",
    entity: "VIN",
    label: "VIN_NUMBER",
    pattern: "(?<![\\w-])[A-HJ-NPR-Z0-9]{13}\\d{4}(?![\\w-])",
    ignoreCase: true,
    validator: "mixed-token",
    context: DEVICE_WORDS,
    specificity: 64,
    source: "ISO 3779: outside North America the ninth place is no check digit",
    value: "WVWZZZ1JZXW000001",
    examples: ["VIN: WVWZZZ1JZXW000001"],
    counterExamples: ["part WVWZZZ1JZXW000001"],
  }),
  {
    id: "pii/imei-grouped",
    entity: "IMEI",
    label: "IMEI_NUMBER",
    pattern: "(?<![\\w.-])\\d{2}[ -]\\d{6}[ -]\\d{6}[ -]\\d(?![\\w-])",
    validator: "luhn",
    specificity: 72,
    source: "3GPP TS 23.003 section 6.2: TAC, serial number, Luhn",
    examples: ["49-015420-323751-8"],
    counterExamples: ["49-015420-323751-9"],
  },
  ...announced({
    id: "pii/imei",
    entity: "IMEI",
    label: "IMEI_NUMBER",
    pattern: "(?<![\\w.-])\\d{15}(?![\\w-])",
    validator: "luhn",
    context: DEVICE_WORDS,
    specificity: 79,
    source: "3GPP TS 23.003 section 6.2",
    value: "490154203237518",
    examples: ["IMEI 490154203237518"],
    counterExamples: ["IMEI 490154203237519", "order 490154203237518"],
  }),
];
