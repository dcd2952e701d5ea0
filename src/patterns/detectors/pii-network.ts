import type { Detector } from "../detector.js";

const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4 = `${OCTET}(?:\\.${OCTET}){3}`;

export const networkDetectors: readonly Detector[] = [
  {
    id: "pii/ip/v4",
    entity: "IP_ADDRESS",
    pattern: `(?<![\\w.-])${IPV4}(?:/(?:3[0-2]|[12]?\\d))?(?![\\w])`,
    specificity: 52,
    source: "RFC 791, RFC 4632 (prefix length)",
    examples: ["the host 192.0.2.17 answers", "10.0.0.0/8", "(198.51.100.4)"],
    counterExamples: ["version 1.2.3", "256.256.256.256", "text192.0.2.1", "192.0.2.1text"],
  },
  {
    id: "pii/ip/v6",
    entity: "IP_ADDRESS",
    pattern: `(?<![\\w:.-])(?:[0-9A-Fa-f]{1,4}:|::)(?:[0-9A-Fa-f]{0,4}:){0,7}(?:[0-9A-Fa-f]{1,4}|${IPV4})?(?:%[0-9A-Za-z_-]{1,16})?(?:/\\d{1,3})?(?![\\w:])`,
    validator: "ipv6",
    specificity: 53,
    source: "RFC 4291 section 2.2, RFC 4007 section 11",
    examples: ["2001:db8:85a3::8a2e:370:7334", "fe80::1%eth0", "::ffff:192.0.2.1", "[2001:db8::1]:8080"],
    counterExamples: [
      "at 12:34:56",
      "std::cout",
      "list[::2]",
      "foo :: Int",
      "2001::db8::1",
      "aa:bb:cc:dd:ee:ff",
    ],
  },
  {
    id: "pii/mac-address",
    entity: "MAC_ADDRESS",
    pattern:
      "(?<![\\w:.-])(?:[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{4}\\.[0-9A-Fa-f]{4}\\.[0-9A-Fa-f]{4})(?![\\w:-])",
    validator: "mac-address",
    specificity: 56,
    source: "IEEE 802-2014 section 8; dotted form as Cisco IOS prints it",
    examples: ["00:1A:2B:3C:4D:5E", "aa-bb-cc-dd-ee-f0", "0012.3456.789a"],
    counterExamples: ["FF:FF:FF:FF:FF:FF", "10:2F:33-AC-29-C3", "00:1A:2B:3C:4D"],
  },
];

/** Found only where a policy names them: text of models is full of both. */
export const optionalDetectors: readonly Detector[] = [
  {
    id: "optional/url",
    entity: "URL",
    label: "URL_VALUE",
    pattern:
      "(?<![A-Za-z0-9])(?:https?|ftp|wss?|[a-z]{3,12})://[A-Za-z0-9\\u00a1-\\uffff._~:/?#\\[\\]@!$&'()*+,;=%-]{1,256}",
    specificity: 20,
    source: "RFC 3986",
    examples: ["see https://example.com/a?b=c#d", "myapp://example.com"],
    counterExamples: ["example.com and and/or", "http: //"],
  },
  {
    id: "optional/date-time",
    entity: "DATE_TIME",
    pattern:
      "(?<![\\w./-])(?:\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])(?:[T ]\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,9})?)?(?:Z|[+-]\\d{2}:?\\d{2})?)?|\\d{1,2}[/.-]\\d{1,2}[/.-](?:\\d{4}|\\d{2})|\\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6} \\d{4})(?![\\w])",
    specificity: 20,
    source: "ISO 8601-1, RFC 3339",
    examples: ["2026-11-24T00:25:00Z", "24/11/2026", "24 November 2026"],
    counterExamples: ["1.2.3.4", "2026-13-01"],
  },
];
