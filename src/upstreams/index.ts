export { createDemoUpstream, type DemoUpstreamOptions } from "./demo.js";
export type { UpstreamTimeouts } from "./http-call.js";
export { createHttpUpstream, type HttpUpstreamOptions } from "./http-upstream.js";
export type {
  Upstream,
  UpstreamCall,
  UpstreamHandler,
  UpstreamStatus,
  UpstreamStream,
} from "./upstream.js";
