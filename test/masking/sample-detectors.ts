import { Masking, type MaskingOptions } from "../../src/masking/masking.js";
import type { Detector } from "../../src/patterns/detector.js";
import type { Validator } from "../../src/patterns/rule-set.js";

const LOCAL = "\\w.!#$%&'*+/=?^`{|}~-";
const bare = { source: "test", examples: [], counterExamples: [] } as const;

/** A few detectors of every kind, so that the engine's tests do not depend on the catalogue. */
export const SAMPLE_DETECTORS: readonly Detector[] = [
  {
    ...bare,
    id: "pii/email",
    entity: "EMAIL_ADDRESS",
    pattern: `(?<![${LOCAL}])[${LOCAL}]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.){1,6}[A-Za-z]{2,24}(?![\\w-])`,
    specificity: 60,
  },
  {
    ...bare,
    id: "pii/card",
    entity: "CREDIT_CARD",
    pattern: "(?<!\\w)(?:\\d[ -]?){12,18}\\d(?!\\w)",
    validator: "luhn",
    specificity: 80,
  },
  {
    ...bare,
    id: "pii/iban",
    entity: "IBAN_CODE",
    pattern: "(?<![A-Z0-9])[A-Z]{2}\\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Z0-9])",
    specificity: 70,
  },
  {
    ...bare,
    id: "pii/us/ssn",
    entity: "US_SSN",
    pattern: "\\b\\d{3}[-. ]\\d{2}[-. ]\\d{4}\\b",
    specificity: 50,
  },
  {
    ...bare,
    id: "pii/us/bank",
    entity: "US_BANK_NUMBER",
    pattern: "\\b\\d{8,17}\\b",
    context: ["bank", "account number"],
    specificity: 20,
  },
  {
    ...bare,
    id: "pii/ip/v4",
    entity: "IP_ADDRESS",
    pattern: "(?<![\\d.])(?:\\d{1,3}\\.){3}\\d{1,3}(?![\\d.])",
    specificity: 50,
  },
  {
    ...bare,
    id: "secrets/private-key",
    entity: "PRIVATE_KEY",
    pattern: "-----BEGIN[ A-Z0-9_-]{0,40}PRIVATE KEY-----",
    block: { end: "-----END[ A-Z0-9_-]{0,40}-----" },
    specificity: 90,
  },
  {
    ...bare,
    id: "secrets/github-pat",
    entity: "GITHUB_TOKEN",
    pattern: "\\bghp_[A-Za-z0-9]{36}\\b",
    specificity: 90,
  },
  {
    ...bare,
    id: "secrets/assignment",
    entity: "GENERIC_SECRET",
    pattern:
      "\\b(?:password|api[_-]?key)[\"']?\\s*[:=]\\s*[\"']?([A-Za-z0-9_\\-+/=]{8,64})(?![A-Za-z0-9_\\-+/=])",
    ignoreCase: true,
    minEntropy: 2.5,
    specificity: 10,
  },
];

const luhn: Validator = (text) => {
  const digits = Array.from(text.replace(/\D/g, ""), Number).reverse();
  const sum = digits.reduce((total, digit, index) => {
    const value = index % 2 === 1 ? digit * 2 : digit;
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return digits.length >= 12 && sum % 10 === 0;
};

export const SAMPLE_VALIDATORS: ReadonlyMap<string, Validator> = new Map([["luhn", luhn]]);

export function sampleMasking(options: Partial<MaskingOptions> = {}): Masking {
  return Masking.create({ detectors: SAMPLE_DETECTORS, validators: SAMPLE_VALIDATORS, ...options });
}
