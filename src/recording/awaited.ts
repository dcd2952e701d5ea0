import type { EntryBody } from "../domain/entry.js";

/** Whether a client is kept waiting until an entry is committed; the others lead up to such a one. */
export const AWAITED: Readonly<Record<EntryBody["type"], boolean>> = {
  opened: false,
  decided: false,
  review_requested: true,
  review_decided: true,
  upstream_opened: false,
  template: false,
  chunk: true,
  output: true,
  segment: false,
  ended: true,
};
