export { createDemoUpstream } from "./demo.js";
export { createHttpUpstream, type HttpUpstreamOptions } from "./http-upstream.js";
export { CallPlaces } from "./open-calls.js";
export type { Upstream, UpstreamCall } from "./upstream.js";
