import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const PREFIX = 'skein_';
const RANDOM_BYTES = 32;
/** Digits of base 62 that hold 256 and 32 bits. */
const RANDOM_DIGITS = 43;
const CHECK_DIGITS = 6;
const FORM = new RegExp(`^${PREFIX}[0-9A-Za-z]{${RANDOM_DIGITS + CHECK_DIGITS}}$`);
const SHOWN = PREFIX.length + 6;

/**
 * A new key: `skein_`, 256 random bits and a CRC-32 of all that, in base 62. The beginning and the checksum let scanners find lost keys with hardly a false alarm, and let us refuse
 * typing errors without asking the database.
 */
export function newApiKey(): string {
  const body = PREFIX + base62(BigInt(`0x${randomBytes(RANDOM_BYTES).toString('hex')}`), RANDOM_DIGITS);
  return body + checksum(body);
}

/** Has a text the form of a key, with the right checksum? Says nothing about whether the key exists. */
export function isApiKey(text: string): boolean {
  return FORM.test(text) && text.slice(-CHECK_DIGITS) === checksum(text.slice(0, -CHECK_DIGITS));
}

/** What is kept and shown of a key to tell it from others: 6 of its 43 random digits. */
export const shownPrefix = (key: string): string => key.slice(0, SHOWN);

const checksum = (body: string): string => base62(BigInt(crc32(body)), CHECK_DIGITS);

function base62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest /= 62n) text = DIGITS.charAt(Number(rest % 62n)) + text;
  return text;
}
