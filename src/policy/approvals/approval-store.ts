/**
 * Where approvals and their requests wait: sealed files in a gateway (`SealedFiles` has this shape), a
 * map in tests. `put` replaces and is durable when it resolves; `remove` of what is not there is no error.
 */
export interface ApprovalStore {
  put(id: string, plaintext: Uint8Array): Promise<void>;
  get(id: string): Promise<Uint8Array | null>;
  remove(id: string): Promise<void>;
  list(): Promise<readonly { readonly id: string }[]> | readonly { readonly id: string }[];
}

const REQUEST_SUFFIX = "-request";

/** Where the request of an approval stands beside it. */
export function requestKey(approval: string): string {
  return `${approval}${REQUEST_SUFFIX}`;
}

export function isRequestKey(id: string): boolean {
  return id.endsWith(REQUEST_SUFFIX);
}
