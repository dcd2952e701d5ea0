import type { OutputFlags } from "../flags.js";

/** What the command line said. */
export interface InitFlags extends OutputFlags {
  readonly provider: string;
  readonly issuer: string;
  readonly audience: string;
  readonly group: string;
  readonly reviewers: string;
  readonly force: boolean;
}
