import { importGitleaks } from "./gitleaks.js";
import type { ImportedRules, ImportSource } from "./imported.js";
import { importPresidio } from "./presidio.js";

export type { ImportedRules, ImportSource } from "./imported.js";

/** Reads the text of a rule file. */
export type Importer = (text: string, source: ImportSource) => ImportedRules;

/** Importers by the name that the configuration gives them under `detectors.import`. */
export const importers: ReadonlyMap<string, Importer> = new Map([
  ["gitleaks", importGitleaks],
  ["presidio", importPresidio],
]);
