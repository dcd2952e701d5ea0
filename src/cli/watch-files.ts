import { unwatchFile, watchFile } from "node:fs";

const POLL_MS = 1000;

/** Calls back when one of the files changes or a hang-up comes. Returns how to stop. */
export function watchFiles(
  files: readonly string[],
  {
    changed,
    hangup,
  }: { readonly changed: () => void; readonly hangup: (listener: () => void) => () => void },
): () => void {
  // Polling, since editors and mounted volumes replace files in ways that events miss.
  for (const file of files) watchFile(file, { interval: POLL_MS, persistent: false }, changed);
  const stop = hangup(changed);
  return () => {
    for (const file of files) unwatchFile(file, changed);
    stop();
  };
}
