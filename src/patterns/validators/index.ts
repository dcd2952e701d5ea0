import { cardNumber } from "./card-number.js";
import {
  deHealthInsurance,
  deSocialSecurity,
  esNie,
  esNif,
  fiPersonalIdentityCode,
  hasDigit,
  icaoDocument,
  itFiscalCode,
  sgNric,
} from "./check-letter.js";
import {
  addressCredentials,
  base64Payload,
  credentialPair,
  credentialValue,
  mixedToken,
  noFiller,
  quotedSecret,
  randomBase64,
  randomToken,
  vendorValue,
} from "./credential-shape.js";
import { iban } from "./iban.js";
import { deTaxId, deVatId, inGstin } from "./iso7064.js";
import { caSin, itVat, luhn, seOrganisationsnummer, sePersonnummer, usNpi, zaId } from "./luhn.js";
import { ipv6, macAddress } from "./network-address.js";
import { phoneAnnounced, phoneInternational, phoneNational } from "./phone-number.js";
import { usItin, usSsn } from "./us-tax.js";
import { vin } from "./vehicle-number.js";
import { inAadhaar, ngNin } from "./verhoeff.js";
import { bitcoinAddress, bitcoinWif } from "./wallet-address.js";
import {
  abaRouting,
  auAbn,
  auAcn,
  auMedicare,
  auTfn,
  brCpf,
  deLanr,
  krBrn,
  krRegistration,
  plPesel,
  ruInn,
  ruSnils,
  thTnin,
  trNationalId,
  twNationalId,
  ukNhs,
  usDea,
} from "./weighted-sum.js";

/** Says whether a candidate, given as folded text, is one: for example whether its checksum holds. */
export type Validator = (text: string) => boolean;

/** The validators that a detector can name, built-in or from a configuration file. */
export const validators: ReadonlyMap<string, Validator> = new Map<string, Validator>([
  ["aba-routing", abaRouting],
  ["address-credentials", addressCredentials],
  ["au-abn", auAbn],
  ["au-acn", auAcn],
  ["au-medicare", auMedicare],
  ["au-tfn", auTfn],
  ["base64-payload", base64Payload],
  ["bitcoin-address", bitcoinAddress],
  ["bitcoin-wif", bitcoinWif],
  ["br-cpf", brCpf],
  ["ca-sin", caSin],
  ["card-number", cardNumber],
  ["credential-pair", credentialPair],
  ["credential-value", credentialValue],
  ["de-health-insurance", deHealthInsurance],
  ["de-lanr", deLanr],
  ["de-social-security", deSocialSecurity],
  ["de-tax-id", deTaxId],
  ["de-vat-id", deVatId],
  ["es-nie", esNie],
  ["es-nif", esNif],
  ["fi-personal-identity-code", fiPersonalIdentityCode],
  ["has-digit", hasDigit],
  ["iban", iban],
  ["icao-document", icaoDocument],
  ["in-aadhaar", inAadhaar],
  ["in-gstin", inGstin],
  ["ipv6", ipv6],
  ["it-fiscal-code", itFiscalCode],
  ["it-vat", itVat],
  ["kr-brn", krBrn],
  ["kr-registration", krRegistration],
  ["luhn", luhn],
  ["mac-address", macAddress],
  ["mixed-token", mixedToken],
  ["ng-nin", ngNin],
  ["no-filler", noFiller],
  ["phone-announced", phoneAnnounced],
  ["phone-international", phoneInternational],
  ["phone-national", phoneNational],
  ["pl-pesel", plPesel],
  ["quoted-secret", quotedSecret],
  ["random-base64", randomBase64],
  ["random-token", randomToken],
  ["ru-inn", ruInn],
  ["ru-snils", ruSnils],
  ["se-organisationsnummer", seOrganisationsnummer],
  ["se-personnummer", sePersonnummer],
  ["sg-nric", sgNric],
  ["th-tnin", thTnin],
  ["tr-national-id", trNationalId],
  ["tw-national-id", twNationalId],
  ["uk-nhs", ukNhs],
  ["us-dea", usDea],
  ["us-itin", usItin],
  ["us-npi", usNpi],
  ["us-ssn", usSsn],
  ["vendor-value", vendorValue],
  ["vin", vin],
  ["za-id", zaId],
]);
