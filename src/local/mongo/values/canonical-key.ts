import type { Binary, BSONRegExp, ObjectId } from 'bson';
import { typeRank } from './bson-type.ts';
import { binaryParts } from './compare.ts';
import { type BsonNumber, numberKey } from './compare-numbers.ts';
import type { Doc } from './document.ts';

/** A text that is the same for two values exactly when `compareValues` says 0: the key for hash lookups. */
export function canonicalKey(value: unknown): string {
  if (typeof value === 'string') return `s${value}`;
  const rank = typeRank(value);
  switch (rank) {
    case 10:
      return `n${numberKey(value as BsonNumber)}`;
    case 15:
      return `s${value as string}`;
    case 20:
      return `{${Object.entries(value as Doc)
        .map(([key, member]) => `${part(key)}${part(canonicalKey(member))}`)
        .join('')}}`;
    case 25:
      return `[${(value as unknown[]).map((member) => part(canonicalKey(member))).join('')}]`;
    case 30: {
      const { subtype, bytes } = binaryParts(value as Binary | Uint8Array);
      return `x${subtype}:${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}`;
    }
    case 35:
      return `o${(value as ObjectId).toHexString()}`;
    case 40:
      return `b${value as boolean}`;
    case 45:
      return `d${(value as Date).getTime()}`;
    case 50:
      return `r${part((value as BSONRegExp).pattern)}${(value as BSONRegExp).options}`;
    case 47:
    case 60:
      return `t${rank}:${JSON.stringify(value)}`;
    default:
      return `k${rank}`;
  }
}

/** Length-prefixed, so that neighbours in a list cannot run into each other. */
function part(text: string): string {
  return `${text.length}:${text}`;
}
