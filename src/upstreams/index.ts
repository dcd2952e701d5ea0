export type { UpstreamTimeouts } from "./call-host.js";
export { createDemoUpstream, type DemoUpstreamOptions } from "./demo.js";
export { createHttpUpstream, type HttpUpstreamOptions } from "./http-upstream.js";
export type {
  Upstream,
  UpstreamCall,
  UpstreamHandler,
  UpstreamStatus,
  UpstreamStream,
} from "./upstream.js";
