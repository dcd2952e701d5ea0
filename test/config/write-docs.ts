/** Writes docs/sluice.schema.json and the tables of docs/configuration.md: `node --import tsx test/config/write-docs.ts`. */
import { readFileSync, writeFileSync } from "node:fs";
import { configSchema } from "../../src/config/config-schema.js";
import { withTables } from "./configuration-page.js";

writeFileSync("docs/sluice.schema.json", `${JSON.stringify(configSchema(), null, 2)}\n`);
const page = "docs/configuration.md";
writeFileSync(page, withTables(readFileSync(page, "utf8"), configSchema()));
