import { type Address, formatAddress, parseAddress } from "../config/address.js";
import { asSluiceError } from "../domain/errors.js";
import { isLoopbackHost } from "../domain/loopback.js";
import { badFlag } from "./bad-flag.js";

export const DEFAULT_URL = "127.0.0.1:50051";

/** Where a gateway answers, and whether over TLS. */
export interface Target {
  /** `host:port` as gRPC takes it. */
  readonly address: string;
  readonly isPlain: boolean;
}

const SCHEME = /^(https?|grpcs?):\/\/([^/]+)\/?$/;

/**
 * Reads `host:port`, or the same with a scheme: `http`, `grpc` (plain), `https`, `grpcs` (TLS). Without one
 * it is plain on loopback and TLS elsewhere. @throws SluiceError `invalid_request`
 */
export function parseTarget(written: string): Target {
  const [, scheme, rest] = SCHEME.exec(written) ?? [];
  const { host, port } = addressOf(rest ?? written, scheme);
  if (!/^[A-Za-z0-9.:_-]+$/.test(host))
    throw badFlag("--url", `expected host:port, found ${JSON.stringify(written)}.`);
  const isLocal = isLoopbackHost(host);
  const isPlain = scheme === undefined ? isLocal : !scheme.endsWith("s");
  if (isPlain && !isLocal) {
    throw badFlag("--url", `the token would travel unencrypted to ${host}; use https://${host}:${port}.`);
  }
  return { address: formatAddress({ host, port }), isPlain };
}

function addressOf(written: string, scheme: string | undefined): Address {
  const whole =
    scheme === undefined || /:\d+$/.test(written) ? written : `${written}:${scheme.endsWith("s") ? 443 : 80}`;
  try {
    return parseAddress(whole, "--url");
  } catch (thrown) {
    throw badFlag("--url", asSluiceError(thrown).message.replace(/^--url: /, ""));
  }
}
