/** Writes docs/policy.schema.json: `node --import tsx test/policy/write-schema.ts`. */
import { writeFileSync } from "node:fs";
import { policySchema } from "../../src/policy/policy-schema.js";

writeFileSync("docs/policy.schema.json", `${JSON.stringify(policySchema(), null, 2)}\n`);
