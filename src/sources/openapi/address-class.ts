/**
 * Which IP addresses belong to this machine, to private networks or to no single host: those that a document from
 * elsewhere must not make us ask (server-side request forgery).
 *
 * The lists are the special-purpose registries of IANA (RFC 6890) as far as they are not globally reachable.
 */
import { BlockList, isIP } from "node:net";

type Network = readonly [address: string, prefix: number];

const IPV4: readonly Network[] = [
  ["0.0.0.0", 8], // this network
  ["10.0.0.0", 8], // private
  ["100.64.0.0", 10], // shared between carriers
  ["127.0.0.0", 8], // loopback
  ["169.254.0.0", 16], // link-local; cloud metadata
  ["172.16.0.0", 12], // private
  ["192.0.0.0", 24], // protocol assignments
  ["192.0.2.0", 24], // documentation
  ["192.88.99.0", 24], // relays from IPv6
  ["192.168.0.0", 16], // private
  ["198.18.0.0", 15], // benchmarks
  ["198.51.100.0", 24], // documentation
  ["203.0.113.0", 24], // documentation
  ["224.0.0.0", 4], // multicast
  ["240.0.0.0", 4], // reserved, broadcast
];

const IPV6: readonly Network[] = [
  ["::", 128], // unspecified
  ["::1", 128], // loopback
  ["64:ff9b:1::", 48], // local-use translation
  ["100::", 64], // discard
  ["2001::", 23], // protocol assignments, Teredo
  ["2001:db8::", 32], // documentation
  ["3fff::", 20], // documentation
  ["5f00::", 16], // segment routing
  ["fc00::", 7], // unique local
  ["fe80::", 10], // link-local
  ["fec0::", 10], // site-local
  ["ff00::", 8], // multicast
];

/** Prefixes of IPv6 that hold an IPv4 address, and at which of their eight groups it begins. */
const WITH_IPV4: readonly (readonly [prefix: readonly number[], at: number])[] = [
  [[0, 0, 0, 0, 0, 0xffff], 6], // mapped
  [[0, 0, 0, 0, 0xffff, 0], 6], // translated (RFC 2765)
  [[0, 0, 0, 0, 0, 0], 6], // compatible
  [[0x64, 0xff9b, 0, 0, 0, 0], 6], // NAT64
  [[0x2002], 1], // 6to4
];

const blocked = new BlockList();
for (const [address, prefix] of IPV4) blocked.addSubnet(address, prefix, "ipv4");
for (const [address, prefix] of IPV6) blocked.addSubnet(address, prefix, "ipv6");

/**
 * Whether an address is not one of the public internet: private, loopback, link-local, multicast, reserved, or an IPv6
 * address that stands for such an IPv4 one. What is no address is not public either.
 *
 * @param address - As `node:net` writes it; a zone (`fe80::1%eth0`) is ignored.
 */
export function isPrivateAddress(address: string): boolean {
  const [plain = ""] = address.split("%");
  const family = isIP(plain);
  if (family === 0) return true;
  if (family === 4) return blocked.check(plain, "ipv4");
  return blocked.check(plain, "ipv6") || isPrivateInside(plain);
}

/** The address that a URL's host name is; undefined when it is a name. */
export function addressOf(hostname: string): string | undefined {
  const bare = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
  return isIP(bare) === 0 ? undefined : bare;
}

function isPrivateInside(address: string): boolean {
  const groups = groupsOf(address);
  return WITH_IPV4.some(([prefix, at]) => {
    if (!prefix.every((group, index) => groups[index] === group)) return false;
    const [high = 0, low = 0] = groups.slice(at, at + 2);
    return blocked.check([high >> 8, high & 255, low >> 8, low & 255].join("."), "ipv4");
  });
}

/** The eight numbers of an IPv6 address. A URL writes it without a dotted part, and so compresses it alone. */
function groupsOf(address: string): readonly number[] {
  const written = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = "", tail] = written.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
}
