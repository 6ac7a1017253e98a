import { BlockList, isIP } from 'node:net';

/**
 * IPv4 that is not the public internet: IANA's special-purpose registry, multicast and what is reserved. Carrier-grade NAT, link-local (with the metadata services of clouds), benchmarking and
 * the 6to4 relay are in it.
 */
const FORBIDDEN_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];

/**
 * Only 2000::/3 is given out as global unicast, so all else is forbidden as a whole: loopback, every way to write an IPv4 address as an IPv6 one (mapped, compatible, translated, NAT64),
 * unique local, link-local, multicast. Inside of it: protocol assignments with Teredo, documentation, 6to4.
 */
const FORBIDDEN_IPV6 = ['::/3', '4000::/2', '8000::/1', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

export interface AddressRules {
  /** @param address an IP address in its usual notation */
  mayConnectTo(address: string): boolean;
}

/** @param allowed CIDRs that may be called although they are not public @throws for one that is none */
export function createAddressRules(allowed: readonly string[]): AddressRules {
  // One list for each family: a rule of one would also judge addresses of the other, as mapped ones.
  const forbidden = { 4: toList(FORBIDDEN_IPV4), 6: toList(FORBIDDEN_IPV6) };
  const permitted = {
    4: toList(allowed.filter((cidr) => isIP(addressOf(cidr)) === 4)),
    6: toList(allowed.filter((cidr) => isIP(addressOf(cidr)) === 6)),
  };
  return {
    mayConnectTo(address) {
      const family = isIP(address);
      if (family !== 4 && family !== 6) return false;
      const type = familyName(family);
      return permitted[family].check(address, type) || !forbidden[family].check(address, type);
    },
  };
}

const addressOf = (cidr: string): string => cidr.split('/')[0] ?? '';
const familyName = (family: number): 'ipv4' | 'ipv6' => (family === 6 ? 'ipv6' : 'ipv4');

function toList(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const address = addressOf(cidr);
    list.addSubnet(address, Number(cidr.split('/')[1]), familyName(isIP(address)));
  }
  return list;
}
