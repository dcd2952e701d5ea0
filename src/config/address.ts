import { SluiceError } from "../domain/errors.js";

export interface Address {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** Reads `host:port` or `[v6]:port`. @throws SluiceError `invalid_config`, beginning with `where`. */
export function parseAddress(written: string, where: string): Address {
  const colon = written.lastIndexOf(":");
  const host = written.slice(0, Math.max(0, colon)).replace(/^\[|\]$/g, "");
  const port = Number(written.slice(colon + 1));
  if (host === "" || !/^\d{1,5}$/.test(written.slice(colon + 1)) || port > 65_535) {
    throw new SluiceError(
      "invalid_config",
      `${where}: expected host:port, found ${JSON.stringify(written)}.`,
    );
  }
  return { host, port };
}

export function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
