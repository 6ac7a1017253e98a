import { describe, expect, it } from 'vitest';
import { clientAddress } from '../../../src/api/limits/client-address.ts';

const of = (ip: string | undefined, remoteAddress = '10.0.0.1') =>
  clientAddress({ ip, socket: { remoteAddress } } as Parameters<typeof clientAddress>[0]);

describe('the address of a client', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002::9', '2001:db8:1:2'],
    ['2001:db8::9', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ])('%s counts as %s', (ip, expected) => {
    expect(of(ip)).toBe(expected);
  });

  it('is that of the connection where a proxy tells something else', () => {
    for (const ip of [undefined, '', 'unknown', '1.2.3.4.5', '"x"']) expect(of(ip), ip).toBe('10.0.0.1');
  });
});
