import { isIP } from 'node:net';
import { type AddressRules, createAddressRules } from './address-rules.ts';
import { OutboundError } from './outbound-error.ts';
import type { AllowList } from './parse-allow-list.ts';

export interface AllowedUrl {
  readonly url: URL;
  /** The operator named this host: its address is not judged, and its name may be one that only this machine knows. */
  readonly trusted: boolean;
}

export interface UrlRules extends AddressRules {
  /** Looks at the text only, so it can say no at once; what a name stands for is judged when the connection is made. @throws OutboundError url_not_allowed */
  check(text: string): AllowedUrl;
}

const MAX_LENGTH = 2048;
/** Names of this machine and of networks that are not public. */
const PRIVATE_NAME = /(^|\.)(localhost|local|localdomain|internal|intranet|lan|home\.arpa)$/;

/** What a URL that a project gave us may look like. */
export function createUrlRules({ cidrs, hosts }: AllowList): UrlRules {
  const { mayConnectTo } = createAddressRules(cidrs);
  return {
    mayConnectTo,
    check(text) {
      const url = URL.parse(text);
      if (!url) throw refused('It is not a URL.');
      if (text.length > MAX_LENGTH) throw refused(`It is longer than ${MAX_LENGTH} characters.`);
      if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused('Only http and https are called.');
      if (url.username !== '' || url.password !== '') throw refused('It must not hold a user name or password.');
      url.hash = '';
      const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
      if (hosts.has(url.hostname) || hosts.has(`${url.hostname}:${port}`)) return { url, trusted: true };
      // Below are the ports of mail, shells and other services that could take a request for one of theirs.
      if (port !== 80 && port !== 443 && port < 1024) throw refused(`Port ${port} is not called.`);
      // `URL` has turned every notation of an address into the usual one. Node asks for the address of a name only, so one that is written out is judged here.
      const host = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.+$/, '');
      if (isIP(host) !== 0) {
        if (!mayConnectTo(host)) throw refused('Its address is not public.');
      } else if (!host.includes('.') || PRIVATE_NAME.test(host)) throw refused('Its host is not a public name.');
      return { url, trusted: false };
    },
  };
}

const refused = (detail: string): OutboundError => new OutboundError('url_not_allowed', detail);
