import { BlockList, isIP } from 'node:net';

/** What an operator lets projects call although it is not public. */
export interface AllowList {
  readonly cidrs: readonly string[];
  /** `name` for every port, or `name:port`, as `URL` writes them. */
  readonly hosts: ReadonlySet<string>;
}

/**
 * Reads `OUTBOUND_ALLOW`: CIDRs, and hosts with or without a port (names or addresses; IPv6 in brackets), comma separated.
 * @throws with what cannot be read
 */
export function parseAllowList(text: string): AllowList {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const cidrs = entries.filter((entry) => entry.includes('/'));
  for (const cidr of cidrs)
    if (!isCidr(cidr))
      throw new Error(`${cidr} is no CIDR such as 10.0.0.0/8; a host is written without http:// and path`);
  return { cidrs, hosts: new Set(entries.filter((entry) => !entry.includes('/')).map(toHost)) };
}

function isCidr(cidr: string): boolean {
  const [address = '', prefix = '', ...rest] = cidr.split('/');
  if (rest.length > 0 || !/^\d{1,3}$/.test(prefix)) return false;
  try {
    new BlockList().addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4');
    return true;
  } catch {
    return false;
  }
}

function toHost(entry: string): string {
  const url = URL.parse(`http://${entry}`);
  if (url?.username !== '' || url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw new Error(`${entry} is no host such as tools.example.com, 10.0.0.5:8080 or [::1]:8080`);
  // `URL` leaves a port out that is the scheme's own.
  const port = /:(\d+)$/.exec(entry)?.[1];
  return port === undefined ? url.hostname : `${url.hostname}:${Number(port)}`;
}
