import { expect, it } from 'vitest';
import { parseAllowList } from '../../../src/shared/outbound/parse-allow-list.ts';

it('reads networks and hosts, as URLs write them', () => {
  const { cidrs, hosts } = parseAllowList(' 10.0.0.0/8, fd00::/8,Tools.Internal ,127.1:8080,[::1]:443,a:80');
  expect(cidrs).toEqual(['10.0.0.0/8', 'fd00::/8']);
  expect([...hosts]).toEqual(['tools.internal', '127.0.0.1:8080', '[::1]:443', 'a:80']);
  expect(parseAllowList('')).toEqual({ cidrs: [], hosts: new Set() });
});

it.each([
  '10.0.0.0/33',
  'fd00::/129',
  '10.0.0.0/',
  'tools/8',
  'http://tools',
  'a b',
  'me@tools',
  'tools?x',
  '*.example.com:x',
])('refuses %s', (text) => {
  expect(() => parseAllowList(`example.com,${text}`)).toThrow(/is no/);
});
