export { buildSluice } from "./build.js";
export { parseSluice, sluiceCallOptions, sluiceSteps } from "./parse.js";
export { withSluiceTexts } from "./with-texts.js";
