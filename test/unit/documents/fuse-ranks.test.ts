import { expect, it } from 'vitest';
import { fuseRanks } from '../../../src/shared/search/fuse-ranks.ts';
import { rankVectors, toBytes } from '../../../src/shared/search/rank-vectors.ts';

it('what stands high in both orders comes first, and nothing is left out', () => {
  const fused = fuseRanks([
    ['a', 'b', 'c'],
    ['b', 'd', 'a'],
  ]);
  expect(fused.map(({ id }) => id)).toEqual(['b', 'a', 'd', 'c']);
});

it('vectors are ordered by likeness, also where their bytes lie unaligned; those of other dimensions are left out', () => {
  const unaligned = new Uint8Array(9);
  unaligned.set(toBytes(Float32Array.of(0, 1)), 1);
  const vectors = [
    { id: 'across', bytes: unaligned.subarray(1) },
    { id: 'same', bytes: toBytes(Float32Array.of(1, 0)) },
    { id: 'other', bytes: toBytes(Float32Array.of(1, 0, 0)) },
  ];
  expect(rankVectors(Float32Array.of(1, 0), vectors, 10)).toEqual(['same', 'across']);
});
