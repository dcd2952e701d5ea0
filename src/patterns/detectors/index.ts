import type { Detector } from "../detector.js";
import { asiaDetectors } from "./pii-asia.js";
import { contactDetectors } from "./pii-contact.js";
import { deDetectors } from "./pii-de.js";
import { deviceDetectors } from "./pii-devices.js";
import { financeDetectors } from "./pii-finance.js";
import { networkDetectors, optionalDetectors } from "./pii-network.js";
import { northernEuropeDetectors } from "./pii-northern-europe.js";
import { furtherDetectors } from "./pii-oceania-africa-americas.js";
import { ruDetectors } from "./pii-ru.js";
import { southernEuropeDetectors } from "./pii-southern-europe.js";
import { ukDetectors } from "./pii-uk.js";
import { usDetectors } from "./pii-us.js";
import { aiSecrets } from "./secrets-ai.js";
import { cloudSecrets } from "./secrets-cloud.js";
import { commerceSecrets } from "./secrets-commerce.js";
import { databaseSecrets } from "./secrets-database.js";
import { developerSecrets } from "./secrets-developer.js";
import { genericSecrets } from "./secrets-generic.js";
import { hostingSecrets } from "./secrets-hosting.js";
import { keySecrets } from "./secrets-keys.js";
import { messagingSecrets } from "./secrets-messaging.js";
import { namedBusinessSecrets } from "./secrets-named-business.js";
import { namedDataSecrets } from "./secrets-named-data.js";
import { namedInfrastructureSecrets } from "./secrets-named-infrastructure.js";
import { toolSecrets } from "./secrets-tools.js";

/** The catalogue. Groups are the beginnings of ids: `pii/*`, `pii/us/*`, `secrets/*`; `optional/*` (URL,
 *  DATE_TIME) counts only where a policy names it. */
export const builtInDetectors: readonly Detector[] = [
  ...contactDetectors,
  ...financeDetectors,
  ...networkDetectors,
  ...deviceDetectors,
  ...usDetectors,
  ...ukDetectors,
  ...deDetectors,
  ...southernEuropeDetectors,
  ...northernEuropeDetectors,
  ...ruDetectors,
  ...asiaDetectors,
  ...furtherDetectors,
  ...keySecrets,
  ...cloudSecrets,
  ...hostingSecrets,
  ...developerSecrets,
  ...toolSecrets,
  ...aiSecrets,
  ...messagingSecrets,
  ...commerceSecrets,
  ...databaseSecrets,
  ...namedInfrastructureSecrets,
  ...namedDataSecrets,
  ...namedBusinessSecrets,
  ...genericSecrets,
  ...optionalDetectors,
];
