import { expect, it } from 'vitest';
import { createSecretBox, SealedElsewhere } from '../../../src/shared/secrets/secret-box.ts';

const boxOf = (ADMIN_KEY?: string, KEY_SECRET?: string, NODE_ENV = 'production') =>
  createSecretBox({ NODE_ENV, ADMIN_KEY, KEY_SECRET });

const box = boxOf('an admin key of some length');

it('opens what it sealed, in every process with the same secret', () => {
  const sealed = box.seal('whsec_ü', 'webhook:1');
  expect(boxOf('an admin key of some length').open(sealed, 'webhook:1')).toBe('whsec_ü');
  expect(
    boxOf('another admin key, and a', 'secret that counts').open(boxOf('x', 'secret that counts').seal('a', 'b'), 'b'),
  ).toBe('a');
});

it('never seals the same text the same way, and hides it', () => {
  const texts = Array.from({ length: 20 }, () => box.seal('whsec_canary', 'webhook:1'));
  expect(new Set(texts).size).toBe(20);
  expect(texts.filter((text) => Buffer.from(text, 'base64url').includes('canary') || text.includes('canary'))).toEqual(
    [],
  );
});

it('does not open it at another place, with another secret, or changed', () => {
  const sealed = box.seal('whsec_x', 'webhook:1');
  const middle = Math.floor(sealed.length / 2);
  const changed = sealed.slice(0, middle) + (sealed[middle] === 'A' ? 'B' : 'A') + sealed.slice(middle + 1);
  expect(() => box.open(sealed, 'webhook:2')).toThrow(SealedElsewhere);
  expect(() => box.open(changed, 'webhook:1')).toThrow(SealedElsewhere);
  expect(() => box.open(sealed.slice(0, -30), 'webhook:1')).toThrow(SealedElsewhere);
  expect(() => box.open('', 'webhook:1')).toThrow(SealedElsewhere);
  expect(() => boxOf('some other key of 24 chars').open(sealed, 'webhook:1')).toThrow(/another KEY_SECRET/);
});

it('refuses to keep secrets in production without a secret of its own', () => {
  expect(() => boxOf().seal('x', 'y')).toThrow(/neither KEY_SECRET nor ADMIN_KEY/);
  expect(() => boxOf().open('x', 'y')).toThrow(SealedElsewhere);
  const local = boxOf(undefined, undefined, 'development');
  expect(local.open(local.seal('x', 'y'), 'y')).toBe('x');
});
