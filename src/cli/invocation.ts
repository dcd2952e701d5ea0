import { relative } from "node:path";

/**
 * The words that call this command line again from `cwd`, for hints that can be copied: `sluice` where it is
 * installed, `npx sluice` from a folder's own modules, else `node` and the file.
 * @param entry The script that Node was started with (`process.argv[1]`).
 */
export function invocation(entry: string, cwd: string): string {
  if (/[\\/]node_modules[\\/](?:\.bin[\\/]sluice|sluice[\\/]dist[\\/]main\.js)$/.test(entry))
    return "npx sluice";
  if (/[\\/]sluice$/.test(entry)) return "sluice";
  const near = relative(cwd, entry);
  return `node ${near === "" || near.startsWith("..") ? entry : near}`;
}
