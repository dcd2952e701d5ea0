import { type Fields, FREE } from "../request-shape.js";

/** Where a provider may end what it keeps of a prompt. */
export const BREAKPOINT: Fields = { prompt_cache_breakpoint: FREE };

/** Whether an address leads out of the request; data URLs stand in it. */
export function isRemote(url: unknown): boolean {
  return typeof url === "string" && !url.startsWith("data:");
}
