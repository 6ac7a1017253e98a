import { isIP, isIPv4 } from 'node:net';
import type { Request } from 'express';

/**
 * The address that a request is counted under: of the client as the trusted proxies (`TRUST_PROXY_HOPS`) tell it, else of the connection. Of an IPv6 address its /64, because whoever has one address of
 * that has all of them.
 */
export function clientAddress({ ip = '', socket }: Pick<Request, 'ip' | 'socket'>): string {
  const told = withoutMapping(ip);
  const address = isIP(told) === 0 ? withoutMapping(socket.remoteAddress ?? '') : told;
  return isIPv4(address) || address === '' ? address : networkOf(address);
}

/** IPv4 as a socket for both kinds shows it. */
const withoutMapping = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');

function networkOf(address: string): string {
  const [head = '', tail] = address.toLowerCase().split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const behind = tail?.split(':').filter((group) => group !== '').length ?? 0;
  const zeros = tail === undefined ? 0 : 8 - groups.length - behind;
  return [...groups, ...Array(zeros).fill('0'), ...(tail ?? '').split(':')]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
