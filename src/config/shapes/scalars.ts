import { text } from "../../documents/index.js";

/** What a configuration names, where its files lie, and the units of its limits. */
export const name = (what: string) => text({ what, maxLength: 128 });
export const path = (what: string) => text({ what, maxLength: 4096 });
export const url = text({ what: "a URL", maxLength: 2048 });
export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;
export const MiB = 1 << 20;
