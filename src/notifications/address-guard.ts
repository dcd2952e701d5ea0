import { type LookupAddress, lookup as resolve } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { isLoopbackHost } from "../domain/loopback.js";

/** Addresses that no message is ever sent to: they name no host, or the machine's own metadata service. */
const NEVER = blockList(["0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "::/128", "fe80::/10", "ff00::/8"]);
const LOOPBACK = blockList(["127.0.0.0/8", "::1/128"]);
/** Networks that are not the Internet: RFC 1918, RFC 6598, RFC 2544, RFC 4193; and what maps IPv4 into IPv6. */
const INTERNAL = blockList([
  "10.0.0.0/8",
  "100.64.0.0/10",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "fc00::/7",
  "64:ff9b::/96",
  "2002::/16",
]);

/**
 * Why a message is not sent to an address, null where it may be. The host comes from the configuration, but
 * what its name resolves to comes from whoever runs the name: loopback counts only where the URL spells it.
 */
export function whyNotAddress(
  address: string,
  { host, internal }: { readonly host: string; readonly internal: boolean },
): string | null {
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  if (isIP(address) === 0 || NEVER.check(address, family)) return "it is no address of a host";
  if (LOOPBACK.check(address, family))
    return isLoopbackHost(host) ? null : "its name resolves to this machine";
  if (INTERNAL.check(address, family) && !internal)
    return "it lies in a private network; say `internal: true` where that is meant";
  return null;
}

/** Resolves names for sockets, and fails where any of the addresses may not be spoken to. */
export function guardedLookup(internal: boolean): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error !== null) return done(error, "", 0);
      const refused = found.map(({ address }) => whyNotAddress(address, { host: hostname, internal }));
      const why = found.length === 0 ? "it has no address" : refused.find((each) => each !== null);
      if (why !== null && why !== undefined) return done(new Error(`the host is refused: ${why}`), "", 0);
      const [first] = found;
      if (options.all === true || first === undefined) done(null, found);
      else done(null, first.address, first.family);
    });
  };
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [net = "", bits = ""] = range.split("/");
    list.addSubnet(net, Number(bits), isIP(net) === 6 ? "ipv6" : "ipv4");
  }
  return list;
}
