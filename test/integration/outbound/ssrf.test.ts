import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAddressRules } from '../../../src/shared/outbound/address-rules.ts';
import { createOutbound, type Outbound } from '../../../src/shared/outbound/create-outbound.ts';
import { type DnsServer, startDnsServer } from '../../support/dns-server.ts';

/** What nobody may reach: listens on all addresses of this machine and counts who comes. */
let forbidden: Server;
let port = 0;
let connections = 0;
let dns: DnsServer;
let outbound: Outbound;

beforeAll(async () => {
  forbidden = createServer((socket) => {
    connections += 1;
    socket.destroy();
  }).listen(0, '::');
  await once(forbidden, 'listening');
  port = (forbidden.address() as AddressInfo).port;
  dns = await startDnsServer();
  outbound = createOutbound({ allow: '', resolver: dns.resolver });
});
afterAll(async () => {
  forbidden.close();
  await dns.close();
});
beforeEach(() => {
  connections = 0;
});

const send = (url: string, by = outbound) =>
  by.send({ method: 'POST', url, headers: {}, body: 'x', timeoutMs: 3000, maxBytes: 100 });
const refusal = (check: () => unknown): string => {
  try {
    check();
    return 'allowed';
  } catch (error) {
    return (error as { failure?: string }).failure ?? String(error);
  }
};

describe('a URL that names a forbidden place', () => {
  it('would reach it: the listener answers on every address of this machine', async () => {
    const trusting = createOutbound({ allow: '127.0.0.0/8,::1/128,::ffff:0:0/96' });
    for (const host of ['127.0.0.1', '127.1', '2130706433', '[::1]', '[::ffff:7f00:1]'])
      await expect(send(`http://${host}:${port}/`, trusting), host).rejects.toMatchObject({
        failure: 'connection_failed',
      });
    expect(connections).toBe(5);
  });

  it.each([
    'http://127.0.0.1',
    'http://2130706433',
    'http://0x7f.1',
    'http://0x7f000001',
    'http://017700000001',
    'http://127.1',
    'http://0',
    'http://127.0.0.1.',
    'http://[::1]',
    'http://[::]',
    'http://[::ffff:127.0.0.1]',
    'http://[::ffff:7f00:1]',
    'http://[::7f00:1]',
    'http://[::ffff:0:7f00:1]',
    'http://[64:ff9b::7f00:1]',
    'http://[64:ff9b:1::7f00:1]',
    'http://[2002:7f00:1::]',
    'http://[2001::7f00:1]',
    'http://[fe80::1]',
    'http://[fec0::1]',
    'http://[fd00::1]',
    'http://１２７.０.０.１',
    'http://①②⑦.⓪.⓪.①',
    'http://127。0。0。1',
    'http://127%2e0%2e0%2e1',
    'http://169.254.169.254',
    'http://10.0.0.5',
    'http://100.100.100.200',
    'http://198.18.0.1',
    'http://localhost',
    'http://LOCALHOST',
    'http://localhost.',
    'http://a.localhost',
    'http://redis',
    'http://mongo.local',
    'http://metadata.google.internal',
    'https://127.0.0.1',
    'http://user@127.0.0.1',
    'http://example.com@127.0.0.1',
    'http://127.0.0.1#@example.com',
    'http:127.0.0.1',
    'http:\\\\127.0.0.1',
    'http://\t127.0.0.1',
  ])('is refused when it is configured and when it is called: %s', async (origin) => {
    for (const url of [`${origin.replace(/#.*$/, '')}:${port}/${/#.*$/.exec(origin)?.[0] ?? ''}`, `${origin}/`]) {
      expect(
        refusal(() => outbound.checkUrl(url)),
        url,
      ).toBe('url_not_allowed');
      await expect(outbound.checkTarget(url), url).rejects.toMatchObject({ failure: 'url_not_allowed' });
      await expect(send(url), url).rejects.toMatchObject({ failure: 'url_not_allowed' });
    }
    expect(connections).toBe(0);
  });

  it.each([
    'file:///etc/passwd',
    'gopher://example.com/x',
    'ftp://example.com/x',
    'data:text/plain,x',
    'javascript:alert(1)',
    'redis://example.com:6379',
    'ws://example.com/',
    'https://user:password@example.com/',
    'https://user@example.com/',
    'http://example.com:22/',
    'http://example.com:25/',
    'https://example.com:0/',
    'not a url',
    '//example.com/',
    '',
    `https://example.com/${'x'.repeat(2048)}`,
  ])('is refused: %s', (url) => {
    expect(refusal(() => outbound.checkUrl(url))).toBe('url_not_allowed');
  });

  it.each([
    'https://example.com/hook?x=1',
    'http://example.com:8080/',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
    'https://bücher.example/',
  ])('a public one is not: %s', (url) => {
    expect(refusal(() => outbound.checkUrl(url))).toBe('allowed');
  });
});

describe('a name', () => {
  it('that stands for a private address is refused when it is configured, and when it is called', async () => {
    dns.answer('inside.example.com', ['10.0.0.5']);
    await expect(outbound.checkTarget(`http://inside.example.com:${port}/`)).rejects.toMatchObject({
      failure: 'url_not_allowed',
    });
    dns.answer('loop.example.com', ['127.0.0.1']);
    await expect(send(`http://loop.example.com:${port}/`)).rejects.toMatchObject({ failure: 'url_not_allowed' });
    expect([connections, dns.asked('loop.example.com')]).toEqual([0, 1]);
  });

  it('with one private address among public ones is refused as a whole', async () => {
    dns.answer('mixed.example.com', ['93.184.215.14', '127.0.0.1']);
    await expect(send(`http://mixed.example.com:${port}/`)).rejects.toMatchObject({ failure: 'url_not_allowed' });
    expect(connections).toBe(0);
  });

  it('that changes between the check and the call is judged again in the connection', async () => {
    dns.answer('rebind.example.com', ['93.184.215.14'], ['127.0.0.1']);
    const url = `http://rebind.example.com:${port}/`;
    await outbound.checkTarget(url);
    const call = send(url);
    await expect(call).rejects.toMatchObject({ failure: 'url_not_allowed' });
    await expect(call).rejects.not.toThrow(/127\.0\.0\.1/);
    expect([connections, dns.asked('rebind.example.com')]).toEqual([0, 2]);
  });

  it('that is not known now may be configured, and fails when it is called', async () => {
    const url = `http://later.example.com:${port}/`;
    await outbound.checkTarget(url);
    await expect(send(url)).rejects.toMatchObject({ failure: 'name_not_found' });
  });

  it('the operator allowed is connected to wherever it is; the same name at another port is not', async () => {
    dns.answer('localhost', ['127.0.0.1']);
    const trusting = createOutbound({ allow: `localhost:${port}, tools.example.com`, resolver: dns.resolver });
    await expect(send(`http://localhost:${port}/`, trusting)).rejects.toMatchObject({ failure: 'connection_failed' });
    expect(connections).toBe(1);
    expect(refusal(() => trusting.checkUrl(`http://localhost:${port + 1}/`))).toBe('url_not_allowed');
    expect(refusal(() => trusting.checkUrl(`http://127.0.0.1:${port}/`))).toBe('url_not_allowed');
  });
});

describe('addresses', () => {
  it.each([
    ['0.1.2.3', '10.255.255.255', '100.64.0.1', '127.255.255.254', '169.254.169.254', '172.16.0.1', '172.31.255.255'],
    ['192.0.0.1', '192.0.2.1', '192.88.99.1', '192.168.255.255', '198.18.0.1', '198.19.255.255', '198.51.100.1'],
    ['203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
    ['::', '::1', '::7f00:1', '::ffff:10.0.0.1', '::ffff:8.8.8.8', '64:ff9b::808:808', '64:ff9b:1::1', '100::1'],
    ['2001::1', '2001:db8::1', '2002:808:808::1', '3fff::1', '4000::1', '5f00::1', 'fc00::1', 'fd12::1', 'fe80::1'],
    ['fec0::1', 'ff02::1', 'not an address', ''],
  ])('that are not public are all forbidden: %s …', (...addresses) => {
    const { mayConnectTo } = createAddressRules([]);
    expect(addresses.filter(mayConnectTo)).toEqual([]);
  });

  it('around the forbidden ranges are allowed', () => {
    const { mayConnectTo } = createAddressRules([]);
    const addresses = ['1.1.1.1', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '172.15.255.255'];
    addresses.push('172.32.0.0', '192.0.1.1', '192.167.255.255', '198.17.255.255', '198.20.0.0', '223.255.255.255');
    addresses.push('2000::1', '2001:200::1', '2003::1', '2606:4700::1111', '3ffe::1');
    expect(addresses.filter((address) => !mayConnectTo(address))).toEqual([]);
  });

  it('of an allowed network are allowed, and no others', () => {
    const { mayConnectTo } = createAddressRules(['10.1.0.0/16', 'fd00:1::/32']);
    expect(['10.1.2.3', 'fd00:1::5', '10.2.0.1', 'fd00:2::1', '127.0.0.1'].map(mayConnectTo)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
