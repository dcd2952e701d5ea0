import type { Detector } from "../detector.js";
import { BANK_WORDS } from "./context-words.js";

export const financeDetectors: readonly Detector[] = [
  {
    id: "pii/credit-card",
    entity: "CREDIT_CARD",
    pattern:
      "(?<![\\w.-])(?:\\d{12,19}|\\d{4}(?:[ -]\\d{4}){3}(?:[ -]?\\d{1,3})?|\\d{4}[ -]\\d{6}[ -]\\d{4,5}|\\d{4}(?:[ -]\\d{4}){2}[ -]?\\d)(?![\\w])",
    validator: "card-number",
    specificity: 78,
    source: "ISO/IEC 7812-1: issuer ranges, lengths and Luhn",
    examples: ["4111 1111 1111 1111", "card 378282246310005.", "3056-930902-5904"],
    counterExamples: ["4111 1111 1111 1112", "0.4111111111111111", "1234567812345670"],
  },
  {
    id: "pii/card-security-code",
    entity: "CREDIT_CARD_CVV",
    pattern:
      "(?<![A-Za-z])(?:cvv2?|cvc2?|csc|card security code|security code)(?:\\s(?:is|number|code))?\\s?[:=#]?\\s?(\\d{3,4})(?!\\w)",
    ignoreCase: true,
    specificity: 60,
    source: "EMV and ISO/IEC 7813: card verification value of three or four digits",
    examples: ["Card CVV: 123", "security code 4567", "cvv=533"],
    counterExamples: ["the CVV has 3 digits", "security code review"],
  },
  {
    id: "pii/iban",
    entity: "IBAN_CODE",
    pattern: "(?<![A-Za-z0-9])[A-Z]{2}\\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?(?![A-Z0-9])",
    ignoreCase: true,
    validator: "iban",
    specificity: 80,
    source: "ISO 13616 and the SWIFT IBAN registry",
    examples: ["GB82 WEST 1234 5698 7654 32", "de89370400440532013000", "FR14 2004 1010 0505 0001 3M02 606"],
    counterExamples: ["GB82 WEST 1234 5698 7654 33", "RFC 2119 and so on", "XX12345678901234"],
  },
  {
    id: "pii/bic",
    entity: "BIC_SWIFT",
    pattern: "(?<![A-Za-z0-9])[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?![A-Za-z0-9])",
    context: BANK_WORDS,
    specificity: 55,
    source: "ISO 9362",
    examples: ["Bank code: DEUTDEFF500", "BIC COBADEFF"],
    counterExamples: ["SECURITY and DEADLINE", "swift as lightning"],
  },
  {
    id: "pii/crypto/bitcoin",
    entity: "CRYPTO",
    label: "CRYPTO_ADDRESS",
    pattern:
      "(?<![A-Za-z0-9])(?:[13][1-9A-HJ-NP-Za-km-z]{25,34}|bc1[02-9ac-hj-np-z]{11,71}|BC1[02-9AC-HJ-NP-Z]{11,71})(?![A-Za-z0-9])",
    validator: "bitcoin-address",
    specificity: 75,
    source: "Bitcoin wiki, Base58Check; BIP 173 and BIP 350",
    examples: ["1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"],
    counterExamples: ["1BoatSLRHtKNngkdXEeobR76b53LETtpyU", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"],
  },
  {
    id: "pii/crypto/ethereum",
    entity: "CRYPTO",
    label: "CRYPTO_ADDRESS",
    pattern: "(?<![A-Za-z0-9])0x[0-9A-Fa-f]{40}(?![A-Za-z0-9])",
    specificity: 60,
    source: "Ethereum Yellow Paper section 4.1, EIP-55",
    examples: ["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"],
    counterExamples: ["0x5aAeb6053F3E94C9", "commit 5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"],
  },
];
