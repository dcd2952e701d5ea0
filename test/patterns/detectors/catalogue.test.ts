import assert from "node:assert/strict";
import { test } from "node:test";
import { Masking } from "../../../src/masking/masking.js";
import type { MaskedText } from "../../../src/masking/masking-plan.js";
import { PseudonymTable } from "../../../src/masking/pseudonyms.js";
import type { Detector } from "../../../src/patterns/detector.js";
import { builtInDetectors } from "../../../src/patterns/detectors/index.js";
import { validators } from "../../../src/patterns/validators/index.js";

const SCOPE = { hashKey: new Uint8Array(32), pseudonyms: new PseudonymTable() };

function maskBy(detector: Detector): (text: string) => MaskedText {
  const masking = Masking.create({ detectors: [detector], validators, encoded: false });
  const plan = masking.plan([{ entities: [detector.id], action: "mask" }]);
  return (text) => plan.maskWhole(text, SCOPE);
}

test("every detector finds its examples and nothing in its counter-examples", () => {
  const wrong: string[] = [];
  for (const detector of builtInDetectors) {
    const mask = maskBy(detector);
    for (const example of detector.examples) {
      if (mask(example).regions.length === 0) wrong.push(`${detector.id} misses ${example}`);
    }
    for (const text of detector.counterExamples) {
      if (mask(text).regions.length > 0) wrong.push(`${detector.id} finds something in ${text}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("every row is complete: unique id, group, known validator, source, both kinds of examples", () => {
  const ids = new Set<string>();
  for (const row of builtInDetectors) {
    assert.ok(!ids.has(row.id), row.id);
    ids.add(row.id);
    assert.match(row.id, /^(?:pii|secrets|optional)(?:\/[a-z0-9-]+){1,3}$/);
    assert.match(row.label ?? row.entity, /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$|^(?:CRYPTO)$/, row.id);
    assert.ok(row.source.length > 3, row.id);
    assert.ok(row.examples.length > 0 && row.counterExamples.length > 0, row.id);
    if (row.validator !== undefined) assert.ok(validators.has(row.validator), `${row.id}: ${row.validator}`);
  }
});

test("the catalogue covers every pattern recogniser of Presidio and at least 120 kinds of secrets", () => {
  const secrets = builtInDetectors.filter((row) => row.id.startsWith("secrets/"));
  assert.ok(new Set(secrets.map((row) => row.entity)).size >= 120);
  const entities = new Set(builtInDetectors.map((row) => row.entity));
  const presidio =
    "CREDIT_CARD CRYPTO DATE_TIME EMAIL_ADDRESS IBAN_CODE IP_ADDRESS MAC_ADDRESS PHONE_NUMBER URL MEDICAL_LICENSE " +
    "US_BANK_NUMBER US_DRIVER_LICENSE US_ITIN US_MBI US_NPI US_PASSPORT US_SSN ABA_ROUTING_NUMBER UK_NHS UK_NINO UK_PASSPORT " +
    "UK_POSTCODE UK_VEHICLE_REGISTRATION UK_DRIVING_LICENCE ES_NIF ES_NIE ES_PASSPORT IT_FISCAL_CODE IT_DRIVER_LICENSE " +
    "IT_VAT_CODE IT_PASSPORT IT_IDENTITY_CARD PL_PESEL SG_NRIC_FIN SG_UEN AU_ABN AU_ACN AU_TFN AU_MEDICARE IN_PAN IN_AADHAAR " +
    "IN_VEHICLE_REGISTRATION IN_VOTER IN_PASSPORT IN_GSTIN FI_PERSONAL_IDENTITY_CODE KR_RRN KR_FRN KR_BRN KR_PASSPORT " +
    "KR_DRIVER_LICENSE TH_TNIN DE_TAX_ID DE_TAX_NUMBER DE_PASSPORT DE_ID_CARD DE_SOCIAL_SECURITY DE_HEALTH_INSURANCE DE_KFZ " +
    "DE_HANDELSREGISTER DE_PLZ DE_LANR DE_BSNR DE_VAT_ID DE_FUEHRERSCHEIN SE_PERSONNUMMER SE_ORGANISATIONSNUMMER " +
    "TR_NATIONAL_ID TR_LICENSE_PLATE NG_NIN NG_VEHICLE_REGISTRATION CA_SIN PH_MOBILE_NUMBER ZA_ID_NUMBER";
  assert.deepEqual(
    presidio.split(" ").filter((entity) => !entities.has(entity)),
    [],
  );
});
