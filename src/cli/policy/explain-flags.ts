/** What the command line said. */
export interface ExplainFlags {
  readonly model?: string;
  readonly connection?: string;
  readonly prompt?: string;
  readonly system?: string;
  readonly subject?: string;
  readonly groups?: string;
  readonly team?: string;
  readonly issuer?: string;
  readonly attribute: readonly string[];
  readonly config?: string;
  readonly policies?: string;
}
