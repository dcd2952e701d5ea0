export { buildSluice } from "./build.js";
export { parseSluice, type SluiceCallOptions, sluiceCallOptions } from "./parse.js";
export { withSluiceTexts } from "./with-texts.js";
