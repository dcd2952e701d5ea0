export { buildSluice } from "./build.js";
export { parseSluice, sluiceCallOptions } from "./parse.js";
export { withSluiceTexts } from "./with-texts.js";
