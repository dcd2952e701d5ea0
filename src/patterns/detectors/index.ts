import type { Detector } from "../detector.js";
import { asiaDetectors } from "./pii-asia.js";
import { contactDetectors } from "./pii-contact.js";
import { deDetectors } from "./pii-de.js";
import { financeDetectors } from "./pii-finance.js";
import { networkDetectors, optionalDetectors } from "./pii-network.js";
import { northernEuropeDetectors } from "./pii-northern-europe.js";
import { furtherDetectors } from "./pii-oceania-africa-americas.js";
import { southernEuropeDetectors } from "./pii-southern-europe.js";
import { ukDetectors } from "./pii-uk.js";
import { usDetectors } from "./pii-us.js";

/** The catalogue. Groups are the beginnings of ids: `pii/*`, `pii/us/*`, `secrets/*`; `optional/*` (URL,
 *  DATE_TIME) counts only where a policy names it. */
export const builtInDetectors: readonly Detector[] = [
  ...contactDetectors,
  ...financeDetectors,
  ...networkDetectors,
  ...usDetectors,
  ...ukDetectors,
  ...deDetectors,
  ...southernEuropeDetectors,
  ...northernEuropeDetectors,
  ...asiaDetectors,
  ...furtherDetectors,
  ...optionalDetectors,
];
